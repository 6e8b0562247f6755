import { describe, expect, it } from 'vitest';
import type { ReleaseState } from '../../control/api/types.ts';
import {
  ago,
  ahead,
  duration,
  exactShare,
  figure,
  latencyText,
  percent,
  roughly,
  shareText,
  towardsRollback,
  versionName,
} from '../../control/words.ts';
import { bar, type Look, table } from '../../scripts/cli/layout.ts';
import { parseStages } from '../../scripts/cli/stages.ts';
import { clip, jsonOf, pad, plain, tame, widthOf, wrap } from '../../scripts/cli/text.ts';
import { newsOf, overviewLines, statusLines } from '../../scripts/cli/view-status.ts';
import { NOW, past, release, service, slotHealth, watch } from './cli-fake.ts';

const look: Look = { now: NOW, width: 80, style: (_, text) => text, suffix: '' };
const HOSTILE = '\x1b[2J\x1b[31mred\x9b1m\u202e\u2028\r\nnext 日本語 👨‍👩‍👧 end';
const widest = (lines: readonly string[]) => Math.max(...lines.map(widthOf));

const underWay = service({
  split: { epoch: 1, revision: 15, weights: { blue: 50, green: 50 }, salt: 's', updatedAt: past(150) },
  release: release({ name: 'checkout' }),
  health: {
    ...service().health,
    slots: {
      blue: slotHealth({ requests: 450 }),
      green: slotHealth({ requests: 37, errors: 1, errorShare: 1 / 37 }),
    },
    watches: [watch()],
  },
});

describe('text', () => {
  it('lets nothing through that steers a terminal', () => {
    expect(plain(HOSTILE)).toBe('\\x1b[2J\\x1b[31mred\\x9b1m\\u{202e}\\u{2028}\\x0d\\nnext 日本語 👨‍👩‍👧 end');
    expect(tame({ [HOSTILE]: [HOSTILE, 1, null, true] })).toEqual({ [plain(HOSTILE)]: [plain(HOSTILE), 1, null, true] });
  });

  it('prints JSON that means the same and steers nothing', () => {
    const text = jsonOf({ name: HOSTILE });
    expect(JSON.parse(text)).toEqual({ name: HOSTILE });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(text.replaceAll('\n', '')).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e\u2028]/);
  });

  it.each([
    ['abc', 3],
    ['日本', 4],
    ['👨‍👩‍👧', 2],
    ['e\u0301', 1],
    ['●✓░…', 4],
  ])('measures %s', (text, width) => expect(widthOf(text)).toBe(width));

  it('clips by columns, not by characters', () => {
    expect(clip('日本語です', 7)).toBe('日本語…');
    expect(clip('日本語です', 10)).toBe('日本語です');
    expect(pad('日本', 6, 'right')).toBe('  日本');
  });

  it('breaks between words, keeps a figure with its percent sign, and clips the last line', () => {
    expect(wrap('the objective is 1 %, no more', 18)).toEqual(['the objective is', '1 %, no more']);
    expect(wrap('one two three four five', 9, 2)).toEqual(['one two', 'three fo…']);
  });
});

describe('words', () => {
  it.each([
    [duration(45), '45 s'],
    [duration(270), '4 min 30 s'],
    [duration(3600), '1 h'],
    [duration(90_000), '1 d 1 h'],
    [roughly(598), '10 min'],
    [ago(past(90), NOW), '1 min ago'],
    [ago(past(-5), NOW), 'just now'],
    [ahead(past(-90 * 86_400 + 2), NOW), 'in 90 d'],
    [ahead(past(-86_400 + 2), NOW), 'in 1 d'],
    [ahead(past(-23 * 3600), NOW), 'in 23 h'],
    [ahead(past(-59.6), NOW), 'in 1 min'],
    [ahead(past(-40), NOW), 'in 40 s'],
    [ahead(past(5), NOW), 'in 0 s'],
    [percent(12.5), '12.5 %'],
    [shareText(0.0004), '<0.1 %'],
    [shareText(1 / 37), '2.7 %'],
    [shareText(1), '100 %'],
    [figure(1.2345e12), '1e12'],
    [figure(0.3456), '0.35'],
    [versionName(null), 'empty'],
    [exactShare(0.01), '1 %'],
    [exactShare(0.0005), '0.05 %'],
    [exactShare(0.000001), '0.0001 %'],
    [latencyText(0.4), '<1 ms'],
    [latencyText(1), '1 ms'],
    [latencyText(123.4), '123 ms'],
    [latencyText(999.6), '1 s'],
    [latencyText(1234), '1.2 s'],
    [latencyText(9960), '10 s'],
    [latencyText(120_000), '120 s'],
  ])('%s', (given, wanted) => expect(given).toBe(wanted));
});

describe('stages', () => {
  it('reads weight, soak, sample and advance', () => {
    expect(parseStages('0:60, 10.5:300:50:manual,100:60:auto')).toEqual([
      { weight: 0, soakSeconds: 60 },
      { weight: 10.5, soakSeconds: 300, minRequests: 50, advance: 'manual' },
      { weight: 100, soakSeconds: 60, advance: 'auto' },
    ]);
  });

  it.each(['', '10', '10:x', '10:5:5:5', '10:5:never', '10:5,'])('refuses "%s"', (text) => {
    expect(() => parseStages(text)).toThrow(/^Stage \d, ".*", is not of the form/);
  });
});

describe('bars and tables', () => {
  it('never shows something as nothing, nor less than all as all', () => {
    expect([0, 0.001, 0.5, 0.999, 1, Number.NaN].map((share) => bar(share, 4))).toEqual([
      '░░░░',
      '█░░░',
      '██░░',
      '███░',
      '████',
      '░░░░',
    ]);
  });

  it('lets the columns that yield give way first', () => {
    const lines = table([{ title: 'A' }, { title: 'B', yields: true }], [['a'.repeat(20), 'b'.repeat(40)]], {
      ...look,
      width: 40,
    });
    expect(lines[1]).toBe(`${'a'.repeat(20)}  ${'b'.repeat(17)}…`);
  });

  it('places evidence by its logarithm', () => {
    expect([0, 0.5, 1, 10, 100, 1e9].map((evidence) => towardsRollback(evidence, 100))).toEqual([0, 0, 0, 0.5, 1, 1]);
  });
});

describe('status', () => {
  it('shows a release in full', () => {
    expect(statusLines(underWay, look)).toEqual([
      'app  blue is active  revision 15, changed 2 min ago',
      '',
      'SLOT     SPLIT               REQUESTS     ERRORS  VERSION',
      '● blue   ██████░░░░░░  50 %       450          0  sample-blue, 1 h ago',
      '  green  ██████░░░░░░  50 %        37  1 (2.7 %)  sample-green, 1 h ago',
      'Requests and errors of the last 10 min.',
      '',
      'Release 7 is running  blue → green  plan standard, began 7 min ago',
      '  checkout',
      '  ✓  1   10 %  5 min',
      '  ●  2   50 %  ██████████░░░░░░░░░░  2 min 30 s left, 37 of 50 requests',
      '  ○  3  100 %  5 min',
      '  Verdict   insufficient: 37 requests, 1 error; needs 13 more good ones',
      '  Evidence  ██████████░░░░░░░░░░  10 of 100 for a rollback (errors relative)',
      '',
      'Next  npx sluice status --watch',
      '      npx sluice release pause 7',
      '      npx sluice release abort 7',
    ]);
  });

  it('shows a bake, how long it lasts and where it would return to', () => {
    const bake = watch({ slot: 'blue', kind: 'bake', returnTo: 'green', endsAt: past(-90), evidence: 0.2, verdict: 'pass' });
    const lines = statusLines(service({ health: { ...service().health, watches: [bake] } }), look);
    expect(lines.slice(-6)).toEqual([
      'Bake of blue, 1 min 30 s left  a rollback returns to green',
      '  Verdict   pass: 37 requests, 1 error',
      '  Evidence  ░░░░░░░░░░░░░░░░░░░░  0.2 of 100 for a rollback',
      '',
      'Next  npx sluice status --watch',
      '      npx sluice rollback',
    ]);
  });

  it.each([
    [0, 'blue has no binding in control/wrangler.toml, or could not be called'],
    [49, 'blue has no binding in control/wrangler.toml, or could not be called'],
    [50, 'no answer within 50 ms'],
    [5000, 'no answer within 5 s'],
  ])('tells of a probe without an answer after %d ms: %s', (milliseconds, text) => {
    const { health } = service();
    const blue = slotHealth({ probe: { at: past(5), ok: false, status: null, milliseconds } });
    const lines = statusLines(service({ health: { ...health, slots: { ...health.slots, blue } } }), { ...look, width: 80 });
    expect(lines.join(' ')).toContain(`The probe of blue failed 5 s ago: ${text}.`);
    expect(widest(lines)).toBeLessThanOrEqual(80);
  });

  it('tells of a lease, a failed probe, a hold and a p99', () => {
    const { health, slots } = service();
    const green = slotHealth({ requests: 1, p99: 123.4 });
    const probe = { at: past(30), ok: false, status: 500, milliseconds: 3 };
    const text = statusLines(
      service({
        slots: {
          ...slots,
          green: { version: null, lease: { until: past(-60), by: 'ci' }, overridden: { requests: 0, errors: 0 } },
        },
        health: {
          ...health,
          slots: { green: { ...green, probe } },
          watches: [watch({ verdict: 'hold', heldSince: past(20) })],
        },
      }),
      look,
    ).join('\n');
    expect(text).toContain('123 ms  empty');
    expect(text).toMatch(/^green is reserved for an upload by ci until \d\d-\d\d \d\d:\d\d:00\.$/m);
    expect(text).toContain('The probe of green failed 30 s ago: status 500.');
    expect(text).toContain('hold: the active slot is as bad');
    expect(text).toContain('Held      for 20 s');
  });

  it.each([
    [0.3, '<1 ms'],
    [1234, '1.2 s'],
    [null, '–'],
  ])('shows a p99 of %d as %s beside one of 20 ms', (p99, text) => {
    const slots = { blue: slotHealth({ p99: 20 }), green: slotHealth({ p99 }) };
    const lines = statusLines(service({ health: { ...service().health, slots } }), look);
    expect(lines[2]).toMatch(/ERRORS +P99 {2}VERSION$/);
    expect(lines.slice(3, 5).map((line) => line.split(/ {2,}/).at(-2))).toEqual(['20 ms', text]);
  });

  it('has no column for a p99 that nobody measured', () => {
    expect(statusLines(service(), look).join('\n')).not.toContain('P99');
  });

  it('names the loudest test, on a second line where there is no room beside the bar', () => {
    const of = (cause: string, evidence = 10) =>
      statusLines(service({ health: { ...service().health, watches: [watch({ cause, evidence })] } }), look).join('\n');
    expect(of('latency p99 relative')).toContain(
      '██████████░░░░░░░░░░  10 of 100 for a rollback (latency p99\n                                  relative)\n',
    );
    expect(of('errors relative')).toContain('10 of 100 for a rollback (errors relative)\n');
    expect(of('errors relative', 0.9)).toContain('0.9 of 100 for a rollback\n');
  });

  const alert = (seconds: number, what: string) => ({ at: past(seconds), alert: 'capped', slot: 'green', what }) as const;
  const alerting = (...alerts: ReturnType<typeof alert>[]) => service({ health: { ...service().health, alerts } });

  it('shows the newest three alerts of the last hour', () => {
    const alerts = [alert(3601, 'old'), alert(3599, 'one'), alert(600, 'two'), alert(90, 'three '.repeat(20)), alert(5, 'four')];
    const lines = statusLines(alerting(...alerts), look);
    expect(lines.slice(5, -2)).toEqual([
      '',
      'Alert       5 s ago: four',
      'Alert       1 min ago: three three three three three three three three three',
      '            three three three three three three three three three three three',
      'Alert       10 min ago: two',
      '',
    ]);
    expect(statusLines(alerting(alert(3601, 'old')), look).join('\n')).not.toContain('Alert');
  });

  it('makes alerts harmless and keeps them short', () => {
    const lines = statusLines(tame(alerting(alert(5, `${HOSTILE} ${'very '.repeat(200)}`))), look);
    expect(lines.filter((line) => /^(Alert| {12})/.test(line))).toHaveLength(4);
    expect(lines.join('')).not.toMatch(/[\p{Cc}\u202e\u2028]/u);
    expect(widest(lines)).toBeLessThanOrEqual(80);
  });

  it('counts a new alert as news', () => {
    expect(newsOf([alerting(alert(5, 'one'))])).not.toBe(newsOf([service()]));
    expect(newsOf([alerting(alert(5, 'one'))])).not.toBe(newsOf([alerting(alert(5, 'one'), alert(1, 'two'))]));
  });

  it('marks where a release ended, and why', () => {
    const why =
      'Release 7 rolled back in stage 2 of 3 (green 12.5 %). Rolled back green to blue. errors absolute: 17 of 17 requests on green failed (100 %); the objective is 1 %. Evidence 100, a rollback takes 100.';
    const lines = statusLines(service({ release: release({ state: 'rolled_back', why, endedAt: past(30) }) }), look);
    expect(lines.slice(6)).toEqual([
      'Release 7 is rolled back  blue → green  plan standard, ended 30 s ago',
      '  ✓  1   10 %  5 min',
      '  ✗  2   50 %  after 2 min 30 s: 37 requests, 1 error',
      '  ○  3  100 %  5 min',
      '  Why       errors absolute: 17 of 17 requests on green failed (100 %); the',
      '            objective is 1 %. Evidence 100, a rollback takes 100.',
      '',
      'Next  npx sluice release explain 7',
      '      npx sluice deploy',
    ]);
  });

  it.each<[ReleaseState, string]>([
    ['pending', 'sluice release start 7 --service app'],
    ['running', 'sluice release pause 7 --service app'],
    ['paused', 'sluice release resume 7 --service app'],
    ['awaiting_approval', 'sluice release approve 7 --service app'],
    ['held', 'sluice release skip 7 --service app'],
    ['aborted', 'sluice release retry 7 --service app'],
  ])('of a release that is %s suggests %s', (state, step) => {
    const ended = state === 'aborted' ? past(5) : null;
    const view = service({ release: release({ state, endedAt: ended, ...(state === 'pending' ? { stage: null } : {}) }) });
    expect(statusLines(view, { ...look, suffix: ' --service app' }).join('\n')).toContain(step);
  });

  it('does not tell who watches to watch', () => {
    expect(statusLines(underWay, { ...look, watched: true }).join('\n')).not.toContain('--watch');
  });

  it('keeps to its columns, whatever comes from outside', () => {
    const long = `${HOSTILE} ${'very '.repeat(60)}long`;
    const { slots } = service();
    const named = { ...slots.blue, version: slots.blue && { ...slots.blue.version, tag: long, versionId: long } } as never;
    const stages = Array.from({ length: 20 }, (_, i) => ({
      weight: i + 1,
      soakSeconds: 7261,
      minRequests: 9,
      advance: 'manual' as const,
    }));
    const plan = { ...release().plan, name: long, stages };
    const names = ['blue', 'green', long, 'x'.repeat(64)];
    const view = tame(
      service({
        service: long,
        slots: Object.fromEntries(names.map((name) => [name, named])),
        release: release({ name: long, state: 'paused', why: long, plan, candidate: { slot: long, version: null } }),
        health: { ...service().health, watches: [watch({ slot: long, evidence: 1e300 }), watch({ slot: 'x' })] },
      }),
    );
    const lines = [...statusLines(view, look), ...overviewLines([view, view], look)];
    expect(widest(lines)).toBeLessThanOrEqual(80);
    expect(lines.join('')).not.toMatch(/[\p{Cc}\u202e\u2028]/u);
    expect(lines.join('\n')).toContain('… 8 stages after');
  });

  it('shows several services as a table', () => {
    expect(overviewLines([underWay, service({ service: 'shop', active: null })], look)).toEqual([
      'SERVICE  ACTIVE  SPLIT                  RELEASE                  ERRORS',
      'app      blue    blue 50 %, green 50 %  7 running, stage 2 of 3  green 2.7 %',
      'shop     –       blue 100 %             –                        none',
      '',
      'Next  npx sluice status --service app',
    ]);
  });

  it('counts a new stage or verdict as news, and a request not', () => {
    const more = { ...underWay, health: { ...underWay.health, watches: [watch({ requests: 99 })] } };
    expect(newsOf([more])).toBe(newsOf([underWay]));
    expect(newsOf([{ ...more, release: release({ state: 'held' }) }])).not.toBe(newsOf([underWay]));
  });
});
