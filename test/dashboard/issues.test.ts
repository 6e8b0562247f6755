import { describe, expect, it } from 'vitest';
import { stillSo } from '../../control/dashboard/issues.ts';

describe('what control found wrong', () => {
  const then = { name: 'ops', to: ['a@b.c'], url: undefined };
  const issues = { name: 'is taken', 'to.0': 'is no address', url: 'Give the URL.', '': 'does not fit' };

  it('stands while nothing was changed', () => expect(stillSo(issues, then, { ...then })).toEqual(issues));

  it('is forgotten of a field that was changed, and of the whole', () => {
    expect(stillSo(issues, then, { ...then, name: 'ops 2' })).toEqual({ 'to.0': 'is no address', url: 'Give the URL.' });
    expect(stillSo(issues, then, { ...then, to: [] })).not.toHaveProperty(['to.0']);
    expect(stillSo(issues, then, { ...then, url: 'https://example.com' })).not.toHaveProperty('url');
  });
});
