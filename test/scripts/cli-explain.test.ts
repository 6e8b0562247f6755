import { describe, expect, it } from 'vitest';
import type { ReleaseState } from '../../control/api/types.ts';
import type { Look } from '../../scripts/cli/layout.ts';
import { tame, widthOf } from '../../scripts/cli/text.ts';
import { explainLines } from '../../scripts/cli/view-explain.ts';
import { decision, NOW, past, release, sluice, startControl } from './cli-fake.ts';

const look: Look = { now: NOW, width: 80, style: (_, text) => text, suffix: '' };
const HOSTILE = '\x1b[2J\x1b[31mred\x9b1m\u202e\u2028\r\nnext 日本語 👨‍👩‍👧 end';
const widest = (lines: readonly string[]) => Math.max(...lines.map(widthOf));

describe('explain', () => {
  it('says in sentences why a release was rolled back, and what came before', () => {
    const reason = 'errors relative: 17 of 17 requests on green failed (100 %). Evidence 100, a rollback takes 100.';
    const why = `Release 7 rolled back in stage 2 of 3 (green 50 %). Rolled back green to blue. ${reason}`;
    const ended = release({ state: 'rolled_back', why, endedAt: past(100) });
    const last = decision({ at: past(100), stage: 2, verdict: 'fail', did: 'rolled back', reason });
    expect(explainLines(ended, [decision({}), last], look)).toEqual([
      'Release 7 was rolled back at stage 2 of 3 (green 50 %), 5 min 50 s after it',
      'began.',
      'errors relative: 17 of 17 requests on green failed (100 %). Evidence 100, a',
      'rollback takes 100.',
      '',
      'Decided before:',
      '+2 min 30 s  Stage 1, pass: advanced to stage 2. The soak of 300 s is over.',
      '',
      'Next  npx sluice deploy',
    ]);
  });

  it('says how one stands that has not ended, and lists the last ten decisions', () => {
    const lines = explainLines(release(), Array(13).fill(decision({})), look);
    expect(lines.slice(0, 5)).toEqual([
      'Release 7 is running at stage 2 of 3 (green 50 %).',
      'In this stage green had 37 requests, 1 error.',
      '',
      'Decided before:',
      '             3 decisions before; --json lists all.',
    ]);
    expect(lines.filter((text) => text.includes('Stage 1, pass'))).toHaveLength(10);
  });

  const rolledBack = () => {
    const reason = 'errors relative: 17 of 17 requests on green failed (100 %). Evidence 100, a rollback takes 100.';
    const why = `Release 7 rolled back in stage 2 of 3 (green 50 %). Rolled back green to blue. ${reason}`;
    const test = (name: string, evidence: number, bad: number) => ({
      ...{ test: name, evidence, candidate: { requests: 17, bad, share: bad / 17 } },
      active: { requests: 0, bad: 0, share: 0 },
    });
    const last = decision({
      ...{ at: past(100), stage: 2, verdict: 'fail', did: 'rolled back', reason, rule: 'errors relative' },
      samples: [
        { path: '/old', status: 500, milliseconds: 1, ray: 'ray-0' },
        { path: '/cart', status: 500, milliseconds: 12, ray: '8c1d2e3f4a5b6c7d-FRA' },
        { path: '/pay', status: 0, milliseconds: 10_000, ray: '' },
        { path: `/${'long/'.repeat(18)}`, status: 200, milliseconds: 1234, ray: '8c1d2e3f4a5b6c7e-FRA' },
        { path: '/a', status: 503, milliseconds: 0, ray: '' },
        { path: '/b', status: 503, milliseconds: 0, ray: '' },
        { path: '/b', status: 503, milliseconds: 0, ray: '' },
      ],
      tests: [test('errors absolute', 3, 17), test('latency over 500 ms absolute', 0.25, 0), test('errors relative', 500, 17)],
    });
    return { ended: release({ state: 'rolled_back', why, endedAt: past(100) }), last };
  };

  it('shows what went badly, and the evidence by test, the loudest first', () => {
    const { ended, last } = rolledBack();
    const lines = explainLines(ended, [last], look);
    expect(lines.slice(4)).toEqual([
      '',
      'Went badly:',
      '  500        12 ms  /cart                                   8c1d2e3f4a5b6c7d-FRA',
      '  no answer   10 s  /pay',
      '  200        1.2 s  /long/long/long/long/long/long/long/l…  8c1d2e3f4a5b6c7e-FRA',
      '  503        <1 ms  /a',
      '  503        <1 ms  /b',
      '',
      'TEST                          green BAD  blue BAD  EVIDENCE',
      'errors relative                17 of 17         –       500',
      'errors absolute                17 of 17         –         3',
      'latency over 500 ms absolute    0 of 17         –      0.25',
      '',
      'Next  npx sluice deploy',
    ]);
  });

  it('is readable with few columns', () => {
    const { ended, last } = rolledBack();
    const lines = explainLines(ended, [decision({}), decision({ routine: true }), last], { ...look, width: 40 });
    expect(widest(lines)).toBeLessThanOrEqual(40);
    const text = lines.join('\n');
    expect(text).toContain('\n  500  12 ms  8c1d2e3f4a5b6c7d-FRA\n    /cart\n  no answer  10 s\n    /pay\n');
    expect(text).toContain('\nerrors relative\n  green bad 17 of 17, blue bad –,\n  evidence 500\n');
    expect(text.replace(/\n +/g, ' ')).toContain('Stage 1, pass: advanced to stage 2. The soak of 300 s is over.');
  });

  it.each<[ReleaseState, string]>([
    ['held', 'held'],
    ['paused', 'paused'],
  ])('shows the grounds of a release that is %s, as long as it is', (state, did) => {
    const { last } = rolledBack();
    const decisions = [{ ...last, did }, decision({ routine: true, did: 'went on' })];
    const lines = explainLines(release({ state, why: `It is so. ${last.reason}` }), decisions, look);
    expect(lines).toContain('Went badly:');
    expect(lines).toContain('             1 look that changed nothing; --json lists all.');
    const later = explainLines(release(), decisions, look).join('\n');
    expect(later).not.toMatch(/Went badly|EVIDENCE/);
    expect(later).toContain(`Stage 2, fail: ${did}.`);
  });

  it('leaves out the looks that changed nothing, and says how many there were', () => {
    const looks = Array(30).fill(decision({ routine: true, did: 'went on', reason: 'Loudest is x.' }));
    const text = explainLines(release(), [...looks, ...Array(11).fill(decision({})), ...looks], look).join('\n');
    expect(text).toContain('Decided before:\n             1 decision before, 60 looks that changed nothing; --json lists all.\n');
    expect(text).not.toContain('Loudest');
    expect(explainLines(release(), looks.slice(0, 1), look).join('\n')).toContain(
      'Decided before:\n             1 look that changed nothing; --json lists all.\n\nNext',
    );
  });

  it('makes every text harmless, and keeps to its columns', () => {
    const { ended, last } = rolledBack();
    const samples = [{ path: `/${HOSTILE}`, status: 500, milliseconds: 1, ray: HOSTILE }];
    const named = { candidate: { ...last.candidate, slot: HOSTILE }, active: { ...last.active, slot: 'x'.repeat(64) } };
    const tests = last.tests.map((test) => ({ ...test, test: `${HOSTILE} ${test.test}` }));
    const hostile = tame({ ...last, ...named, samples, tests });
    for (const width of [80, 40]) {
      const lines = explainLines(ended, [hostile], { ...look, width });
      expect(widest(lines)).toBeLessThanOrEqual(width);
      expect(lines.join('')).not.toMatch(/[\p{Cc}\u202e\u2028]/u);
    }
  });

  it('speaks of one that never began', () => {
    const never = release({
      state: 'aborted',
      stage: null,
      startedAt: null,
      endedAt: past(1),
      why: 'Release 7 aborted by admin.',
    });
    expect(explainLines(never, [], look).slice(0, 2)).toEqual([
      'Release 7 was aborted before it began.',
      'Release 7 aborted by admin.',
    ]);
  });

  it('lists all decisions with --json, and prints nothing that steers the terminal', async () => {
    const { ended, last } = rolledBack();
    const samples = [{ path: `/${HOSTILE}`, status: 0, milliseconds: 3, ray: 'ray-1' }];
    const decisions = [decision({ routine: true }), { ...last, reason: `${HOSTILE} ${last.reason}`, samples }];
    const { url, stop } = await startControl({
      'GET /services/app/releases/7': { ...ended, why: `${HOSTILE} ${last.reason}` },
      'GET /services/app/releases/7/decisions': { decisions },
    });
    const run = (...more: string[]) => sluice(['release', 'explain', '7', '--service', 'app', ...more], { url });
    const json = await run('--json');
    expect(JSON.parse(json.out)).toEqual({ decisions });
    const { code, out } = await run();
    expect(code).toBe(0);
    expect(out).toContain('\n  no answer  3 ms  /\\x1b[2J');
    for (const text of [out, json.out]) expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e\u2028]/u);
    expect(out).toContain('1 look that changed nothing');
    await stop();
  });
});
