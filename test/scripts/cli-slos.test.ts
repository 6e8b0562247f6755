import { afterEach, describe, expect, it } from 'vitest';
import type { HealthView, WatchView } from '../../control/api/types.ts';
import { cap, latencies, percentShare, points, ratio } from '../../scripts/cli/slo-figures.ts';
import { widthOf } from '../../scripts/cli/text.ts';
import { problem, type Setting, service, slos, sluice, startControl, watch } from './cli-fake.ts';

const open: { stop: () => Promise<void> }[] = [];
const SLOS = '/services/app/slos';
const HOSTILE = 'x\x1b[2J\x9b\u202e';

async function control(answers: Record<string, unknown> = {}) {
  const started = await startControl({ 'GET /services': { services: [service()] }, ...answers });
  open.push(started);
  const run = (line: string, setting: Setting = {}) => sluice(line.split(' '), { url: started.url, ...setting });
  return { ...started, run };
}

/** Health under two latency objectives, with these watches. */
function watched(...watches: WatchView[]): HealthView {
  const latencyObjectives = [
    { overMs: 500, maxShare: 0.01, percentile: 99 },
    { overMs: 2000, maxShare: 0.0005, percentile: 99.95 },
  ];
  return { ...service().health, slo: slos({ latencyObjectives, perNetworkCap: 'off', bakeSeconds: 0 }), watches };
}

const slow = { sli: 'latency' as const, overMs: 500, objective: 0.01, observed: 0.004, evidence: 0.123, needed: 600 };
const green = watch({
  cause: 'latency over 2000 ms absolute',
  slos: [
    ...watch().slos,
    { ...slow, verdict: 'pass', needs: 0 },
    { ...slow, overMs: 2000, objective: 0.0005, observed: 1 / 37, evidence: 60, verdict: 'insufficient', needs: 963 },
  ],
});

afterEach(async () => {
  await Promise.all(open.splice(0).map(({ stop }) => stop()));
});

describe('slos', () => {
  it('shows objectives and guards', async () => {
    const { run } = await control({ 'GET /services/app/health': service().health });
    const { code, out } = await run('slos');
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n')).toEqual([
      'Objectives of app',
      '  Errors            at most 1 % of the requests',
      '                    at most 1.5 times the share of the active slot',
      '  Latency           at most 1.2 times that of the active slot',
      'Guards',
      '  False rollbacks   at most 1 % of the watches of healthy slots',
      '  Bad requests      at least 5 for a rollback',
      '  Of one visitor    at most 2 of them count',
      '  Of one network    at most 4 of them count',
      '  Difference        at least 0.1 percentage points',
      '  Latency grace     30 s from the first request of a slot on',
      '  Hold              5 min at most, while the active slot is as bad',
      '  Requests          at least 50 for a pass',
      '  Bake              10 min after activate and rotate',
      '',
      'Nothing is watched now.',
      '',
      'Next  npx sluice slos set --latency p99=500',
    ]);
  });

  it('shows where each objective of a watch stands', async () => {
    const { run } = await control({ 'GET /services/app/health': watched(green) });
    const { out } = await run('slos --service app');
    expect(out).toContain('  Latency p99.95    at most 2000 ms\n');
    expect(out).toContain('  Of one network    all of them count\n');
    expect(out).toContain('  Bake              none\n');
    expect(out.slice(out.indexOf('Watch')).trimEnd().split('\n')).toEqual([
      'Watch of green  a rollback returns to blue',
      '  Verdict   insufficient: 37 requests, 1 error; needs 13 more good ones',
      '  Evidence  ██████████░░░░░░░░░░  10 of 100 for a rollback (latency over 2000 ms',
      '                                  absolute)',
      '',
      'OBJECTIVE            OBSERVED  AT MOST  EVIDENCE     VERDICT',
      'errors                  2.7 %      1 %  4.2 of 500   insufficient, needs 63',
      'p99 over 500 ms         0.4 %      1 %  0.12 of 600  pass',
      'p99.95 over 2000 ms     2.7 %   0.05 %  60 of 600    insufficient, needs 963',
      '',
      'Next  npx sluice status --watch --service app',
    ]);
  });

  it('is readable with few columns', async () => {
    const { run } = await control({ 'GET /services/app/health': watched(green, { ...green, slot: 'red' }) });
    const { out } = await run('slos', { columns: 40 });
    expect(Math.max(...out.split('\n').map(widthOf))).toBeLessThanOrEqual(40);
    expect(out).toContain('p99.95 over 2000 ms\n  observed 2.7 %, at most 0.05 %,\n  evidence 60 of 600, verdict\n');
    expect(out).toContain('Watch of red');
  });

  it('prints what the API answers with --json', async () => {
    const answer = { ...slos(), note: HOSTILE };
    const { run, calls } = await control({ [`GET ${SLOS}`]: answer });
    const { code, out } = await run('slos --json --service app');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(answer);
    expect(out).not.toContain('\x1b');
    expect(calls.map(({ call }) => call)).toEqual([`GET ${SLOS}`]);
  });

  it('lets no text of the API steer the terminal', async () => {
    const hostile = { ...green, slot: HOSTILE, returnTo: HOSTILE, cause: HOSTILE };
    const { run } = await control({
      'GET /services/app/health': watched(hostile),
      [`PUT ${SLOS}`]: { ...slos(), watchedAfresh: [HOSTILE] },
    });
    for (const line of ['slos', 'slos set --min-bad 9']) {
      const { code, out } = await run(line);
      expect(code).toBe(0);
      expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
      expect(out).toContain('x\\x1b[2J\\x9b\\u{202e}');
    }
  });

  it('names the step when control does not know the service or cannot be reached', async () => {
    const { run } = await control();
    expect(await run('slos --service nope')).toMatchObject({ code: 1, out: '' });
    expect((await sluice(['slos'], { url: 'http://127.0.0.1:9' })).code).toBe(5);
  });
});

describe('slos set', () => {
  const nulls = Object.fromEntries(Object.keys(slos()).map((field) => [field, null]));

  it.each<[string, object]>([
    ['--errors 1', { errorObjective: 0.01 }],
    ['--errors 0.5%', { errorObjective: 0.005 }],
    ['--errors 1.1', { errorObjective: 0.011 }],
    ['--error-ratio 2.5 --latency-ratio 1', { errorRatio: 2.5, latencyRatio: 1 }],
    ['--latency p99=500', { latencyObjectives: [{ percentile: 99, maxMs: 500 }] }],
    [
      '--latency p99=500,p99.9=2000',
      {
        latencyObjectives: [
          { percentile: 99, maxMs: 500 },
          { percentile: 99.9, maxMs: 2000 },
        ],
      },
    ],
    ['--latency none', { latencyObjectives: [] }],
    ['--false-rollback-chance 0.1%', { falseRollbackChance: 0.001 }],
    ['--min-bad 9 --min-effect 0.2 --min-requests 0', { minBad: 9, minEffect: 0.002, minRequests: 0 }],
    ['--per-visitor-cap 1 --per-network-cap off', { perVisitorCap: 1, perNetworkCap: 'off' }],
    ['--per-network-cap 3', { perNetworkCap: 3 }],
    ['--latency-grace 0 --hold 60 --bake 0', { latencyGraceSeconds: 0, holdSeconds: 60, bakeSeconds: 0 }],
    ['--default', nulls],
    ['--default --errors 2 -m why', { ...nulls, errorObjective: 0.02, reason: 'why' }],
  ])('%s', async (line, body) => {
    const { run, changes } = await control({ [`PUT ${SLOS}`]: { ...slos(), watchedAfresh: [] } });
    expect((await run(`slos set ${line}`)).code).toBe(0);
    expect(changes()).toEqual([{ call: `PUT ${SLOS}`, body }]);
  });

  it('says what holds now, and when evidence begins afresh', async () => {
    const answer = { ...slos({ errorObjective: 0.02 }), watchedAfresh: ['green', 'red'] };
    const { run, answers } = await control({ [`PUT ${SLOS}`]: answer });
    const { out } = await run('slos set --errors 2');
    expect(out).toMatch(/^Objectives of app\n {2}Errors {12}at most 2 % of the requests\n/);
    expect(out).toMatch(/\n\nEvidence on green, red begins afresh: the tests are others now\.\n\nNext {2}npx sluice slos\n$/);
    expect(JSON.parse((await run('slos set --errors 2 --json')).out)).toEqual(answer);
    answers[`PUT ${SLOS}`] = { ...answer, watchedAfresh: [] };
    expect((await run('slos set --errors 2')).out).not.toContain('afresh');
  });

  it.each([
    ['', 'Say what to set.\nNext  npx sluice slos set --errors 1 --latency p99=500'],
    ['-m why', 'Say what to set.'],
    ['--errors 0', 'a percent above 0 and below 100'],
    ['--errors 100%', 'a percent above 0 and below 100'],
    ['--errors -1', 'a percent above 0 and below 100'],
    ['--errors NaN', 'a percent above 0 and below 100'],
    ['--errors 1e-3', 'a percent above 0 and below 100'],
    ['--error-ratio 0.9', 'a number, 1 or more'],
    ['--latency-ratio Infinity', 'a number, 1 or more'],
    ['--latency p99', '"p99" is not of the form percentile=milliseconds (such as p99=500)'],
    ['--latency p100=500', '"p100=500" is not of the form'],
    ['--latency p99=0', '"p99=0" is not of the form'],
    ['--latency p99=500,', '"" is not of the form'],
    ['--latency p99=500,99=600', 'p99 is named twice'],
    ['--latency p99=500,p95=500', '500 ms is named twice'],
    ['--latency 1=1,2=2,3=3,4=4,5=5', 'There are 5, and there may be 4'],
    ['--false-rollback-chance x', 'a percent above 0'],
    ['--min-bad 0', 'a whole number, 1 or more'],
    ['--min-effect 100', 'percentage points, 0 or more and below 100'],
    ['--min-requests 1.5', 'a whole number, 0 or more'],
    ['--per-visitor-cap off', 'a whole number, 1 or more'],
    ['--per-network-cap on', 'a whole number, 1 or more, or "off"'],
    ['--latency-grace -1', 'a whole number, 0 or more'],
    ['--colour red', "unknown option '--colour'"],
  ])('%s is wrong usage', async (line, text) => {
    const { run, calls } = await control();
    const { code, err } = await run(`slos set ${line}`.trimEnd());
    expect(err).toContain(text);
    expect([code, calls]).toEqual([2, []]);
  });

  it('names the next step of a refusal', async () => {
    const { run, answers } = await control({ [`PUT ${SLOS}`]: problem(422, 'slos-off') });
    expect(await run('slos set --per-visitor-cap 9')).toMatchObject({
      code: 1,
      out: '',
      err: 'Refused: slos-off.\nNext  npx sluice slos\n',
    });
    answers[`PUT ${SLOS}`] = problem(422, 'out-of-range', { detail: 'minBad: Too big.' });
    expect(await run('slos set --min-bad 1000')).toMatchObject({ code: 1, err: 'minBad: Too big.\n' });
  });
});

describe('figures', () => {
  it.each<[unknown, unknown]>([
    [percentShare('0.0001'), 0.000001],
    [percentShare('7 %'), 0.07],
    [percentShare('28.9'), 0.289],
    [points('0'), 0],
    [points('0.3'), 0.003],
    [ratio('1'), 1],
    [cap('off'), 'off'],
    [latencies('p999=100'), [{ percentile: 99.9, maxMs: 100 }]],
    [latencies('p9999=100'), [{ percentile: 99.99, maxMs: 100 }]],
    [
      latencies('90=1.5ms, p50=1'),
      [
        { percentile: 90, maxMs: 1.5 },
        { percentile: 50, maxMs: 1 },
      ],
    ],
  ])('%j', (given, wanted) => expect(given).toEqual(wanted));
});
