import { describe, expect, it } from 'vitest';
import { defineServices, findMistakes, type ServiceConfig } from '../../router/config.ts';
import { services } from '../../router/services.ts';

const good: ServiceConfig = { name: 'app', routes: ['*/*'], slots: { blue: 'BLUE', green: 'GREEN' }, defaultSlot: 'blue' };

describe('services.ts', () => {
  it('has nothing to mend', () => expect(findMistakes(services)).toEqual([]));

  it('takes several services with any number of slots', () => {
    const list = [good, { ...good, name: 'api', routes: ['x.y/*'], slots: { a: 'A', b: 'B', c: 'C' }, defaultSlot: 'c' }];
    expect(defineServices(list)).toBe(list);
  });

  it.each<[string, Partial<Record<keyof ServiceConfig | 'extra', unknown>>]>([
    ['services[0].name: "App" must be', { name: 'App' }],
    ['services[0].routes: name at least one', { routes: [] }],
    ['services[0].routes[1]: "nohost" must be', { routes: ['*/*', 'nohost'] }],
    ['services[0].slots: name 2 to 16', { slots: { blue: 'BLUE' } }],
    ['services[0].slots.green: "BLUE" is bound to slot blue already', { slots: { blue: 'BLUE', green: 'BLUE' } }],
    ['services[0].slots.Green: a slot name', { slots: { blue: 'BLUE', Green: 'GREEN' } }],
    ['services[0].slots.constructor: a slot must not be', { slots: { blue: 'BLUE', constructor: 'GREEN' } }],
    ['services[0].slots.green: "a b" is no binding name', { slots: { blue: 'BLUE', green: 'a b' } }],
    ['services[0].defaultSlot: "red" is none of its slots (blue, green)', { defaultSlot: 'red' }],
    ['services[0].sticky.cookie: "a b" is no cookie name', { sticky: { cookie: 'a b' } }],
    ['services[0].sticky.maxAgeSeconds: 0 must be', { sticky: { maxAgeSeconds: 0 } }],
    ['services[0].override: "maybe" must be', { override: 'maybe' }],
    ['services[0].healthPath: "health" must begin with /', { healthPath: 'health' }],
    ['services[0].extra: unknown field', { extra: 1 }],
  ])('says %s', (message, change) => {
    const wrong = findMistakes([{ ...good, ...change } as ServiceConfig]);
    expect(wrong).toHaveLength(1);
    expect(wrong[0]).toContain(message);
  });

  it('names every entry to mend at once, also between services', () => {
    expect(() => defineServices([good, { ...good, defaultSlot: 'red' }])).toThrow(
      /has 3 entries to mend:\n {2}services\[1\]\.name: "app" is taken.*\n {2}services\[1\]\.defaultSlot: .*\n {2}services\[1\]\.routes\[0\]: "\*\/\*" belongs to services\[0\]/,
    );
    expect(() => defineServices([])).toThrow('name at least one service');
  });
});
