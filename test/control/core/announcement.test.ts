import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Announcement, announcementOf } from '../../../control/core/announcement.ts';
import type { AuditEntry } from '../../../control/core/audit.ts';
import type { Service } from '../../../control/core/service.ts';
import { drive, given, onBlue, release, type Served, T0 } from './scene.ts';

const BROKEN: Served = { blue: [80, 0], green: [20, 20] };
const entry = (more: Partial<AuditEntry>): AuditEntry => ({
  ...{ actor: 'ada', reason: null, requestId: 'r-1', at: T0, service: 'app', action: 'split_set', what: 'Split set.' },
  ...{ before: null, after: null },
  ...more,
});

/** As `toWire` of control/durable.ts writes it. */
const onWire = (announcement: Announcement | undefined) =>
  JSON.stringify({ announcement }).replace(/[\u0080-\uffff]/g, '\\uXXXX').length;

describe('an announcement', () => {
  const { service, audit } = drive(given(onBlue, release()), 120, BROKEN);

  it('of a rollback tells why, where the visitors are now, and what each slot has served lately', () => {
    const rolledBack = audit.find(({ action }) => action === 'release_rolled_back');
    const told = rolledBack && announcementOf(rolledBack, service, 'app.1');
    expect(told).toMatchObject({
      ...{ id: 'app.1', topic: 'rolled_back', service: 'app', actor: 'sluice', what: rolledBack?.what, why: rolledBack?.reason },
      ...{ weights: { blue: 100, green: 0 }, release: { id: 1, state: 'rolled_back', candidate: 'green', from: 'blue' } },
    });
    expect(Object.keys(told?.figures ?? {})).toEqual(['blue', 'green']);
    const { requests = 0, errors = 0 } = told?.figures.green ?? {};
    expect(errors).toBe(requests);
    expect(requests).toBeGreaterThan(0);
  });

  it('leaves out figures that are older than five minutes', () => {
    expect(announcementOf(entry({ at: service.updatedAt + 600_000 }), { ...service, second: null }, 'app.1')?.figures).toEqual(
      {},
    );
  });

  it('names no release that was over before', () => {
    expect(announcementOf(entry({ at: service.updatedAt + 1 }), service, 'app.1')?.release).toBeNull();
  });

  it('names the release that is under way', () => {
    expect(announcementOf(entry({ action: 'alert_raised' }), given(onBlue, release()), 'app.1')?.release?.id).toBe(1);
  });

  it('is of nothing else', () => expect(announcementOf(entry({ action: 'slos_set' }), service, 'app.1')).toBeUndefined());

  it('keeps a reason of 500 plain characters whole', () => {
    const reason = 'because '.repeat(62);
    expect(announcementOf(entry({ reason }), service, 'app.1')?.why).toBe(reason);
  });

  it('cuts between characters', () => {
    expect(announcementOf(entry({ reason: '🚀'.repeat(500) }), service, 'app.1')?.why).toBe(`${'🚀'.repeat(149)}…`);
  });

  it('stays below 6 KB on the wire, whatever is written and with the most slots there can be', () => {
    const slots = Array.from({ length: 16 }, (_, i) => `${'s'.repeat(30)}${String(i).padStart(2, '0')}`);
    const ran = given(onBlue, release()).release;
    const counts = { requests: 1e9, errors: 1e9, overridden: 0, overriddenErrors: 0, latency: [] };
    const large: Service = {
      ...service,
      ...{ name: 's'.repeat(32), slots, ranges: slots.map((slot) => [slot, 625]), minutes: [], second: null },
    };
    const minutes = [{ at: Math.floor(T0 / 60_000), slots: Object.fromEntries(slots.map((slot) => [slot, counts])) }];
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 600 }),
      fc.constantFrom('版'.repeat(600), '"'.repeat(600), '\0'.repeat(600)),
    );
    fc.assert(
      fc.property(text, text, text, text, (what, reason, actor, name) => {
        const running = ran && { ...ran, name, candidate: slots[0] ?? '', from: slots[1] ?? '' };
        const told = announcementOf(entry({ what, reason, actor }), { ...large, minutes, release: running }, 'a'.repeat(80));
        expect(Object.keys(told?.figures ?? {})).toHaveLength(16);
        expect(onWire(told)).toBeLessThan(6_144);
      }),
    );
  });
});
