import { describe, expect, it } from 'vitest';
import { compileRoutes, route } from '../../router/route.ts';

const table = compileRoutes([
  ['*/*', 'all'],
  ['example.com/*', 'site'],
  ['example.com/api/*', 'api'],
  ['example.com/api/health', 'health'],
  ['*.example.com/*', 'sub'],
  ['*.eu.example.com/*', 'eu'],
]);

describe('route', () => {
  it.each([
    ['https://example.com/', 'site'],
    ['https://example.com', 'site'],
    ['https://example.com:8443/about?x=/api/1', 'site'],
    ['https://example.com/api/users', 'api'],
    ['https://example.com/api', 'site'],
    ['https://example.com/api/health', 'health'],
    ['https://example.com/api/health?deep=1', 'health'],
    ['https://example.com/api/healthy', 'api'],
    ['https://shop.example.com/', 'sub'],
    ['https://shop.eu.example.com/', 'eu'],
    ['https://notexample.com/', 'all'],
    ['http://127.0.0.1:8787/x', 'all'],
    ['http://[::1]:8787/x', 'all'],
  ])('%s belongs to %s', (url, owner) => expect(route(table, url)).toBe(owner));

  it('knows when nobody owns a URL', () => {
    const only = compileRoutes([['example.com/a/*', 'a']]);
    expect(route(only, 'https://example.com/b/')).toBeUndefined();
    expect(route(only, 'https://example.org/a/')).toBeUndefined();
  });

  it('sends everything to a service that owns everything', () => {
    expect(route(compileRoutes([['*/*', 'all']]), 'https://any.where/at?all')).toBe('all');
  });
});
