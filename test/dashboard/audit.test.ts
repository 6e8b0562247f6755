import { describe, expect, it } from 'vitest';
import { ALL, type AuditFilter, addressOf, filterOf, queryOf } from '../../control/dashboard/audit/filter.ts';
import { merged } from '../../control/dashboard/audit/merge.ts';
import { auditEntry, past } from '../scripts/cli-fake.ts';

const entry = (seconds: number, what = `${seconds}`) => auditEntry({ at: past(seconds), what });
const whats = (entries: ReturnType<typeof merged>) => entries.map(({ what }) => what);

describe('entries that came and entries asked for', () => {
  it('are one list, the newest first, none twice', () => {
    expect(whats(merged([entry(1), entry(2)], [entry(2), entry(3)], 20))).toEqual(['1', '2', '3']);
  });

  it('stand in the order of their times where the stream has missed some', () => {
    expect(whats(merged([entry(1), entry(9)], [entry(2), entry(3)], 20))).toEqual(['1', '2', '3', '9']);
    expect(whats(merged([entry(1), entry(9)], [entry(2), entry(3)], 3))).toEqual(['1', '2', '3']);
  });

  it('keep the order of those of one instant', () => {
    expect(whats(merged([entry(5, 'd'), entry(5, 'c')], [entry(5, 'b'), entry(5, 'a')], 20))).toEqual(['d', 'c', 'b', 'a']);
  });

  it.each([
    ['another request', { requestId: 'r' }],
    ['somebody else', { actor: 'token:other' }],
    ['another service', { service: 'shop' }],
    ['something else', { action: 'slot_activated' as const }],
  ])('are two where they are of %s', (_, over) => {
    expect(merged([auditEntry(over)], [auditEntry()], 20)).toHaveLength(2);
  });
});

describe('the filter of the audit', () => {
  const full: AuditFilter = { service: 'app', actor: 'token:ci & co', action: 'split_set', since: '2026-03-01T12:00' };

  it('asks for what is given, the time as one of the whole world', () => {
    expect(queryOf(ALL).toString()).toBe('');
    expect(Object.fromEntries(queryOf(full))).toEqual({ ...full, since: new Date(full.since).toISOString() });
    expect(queryOf({ ...ALL, actor: '  ', since: 'soon' }).toString()).toBe('');
    expect(queryOf({ ...ALL, actor: ' ann ' }).get('actor')).toBe('ann');
  });

  it.each([ALL, full, { ...ALL, service: 'app' }])('comes back out of its address', (filter) => {
    expect(filterOf(addressOf(filter))).toEqual(filter);
  });

  it('has no address for all entries', () => {
    expect(addressOf(ALL)).toBe('');
    expect(addressOf({ ...ALL, service: 'app' })).toBe('?service=app');
  });

  it('takes nothing out of an address that it does not know', () => {
    expect(filterOf('?action=drop_table&since=yesterday&limit=1')).toEqual(ALL);
  });
});
