import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { sluice, startControl } from './cli-fake.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-simulate-'));
const quick = ['simulate', '--runs', '3', '--rate', '50'];
const trace = join(folder, 'trace.jsonl');
const line = (t: number) =>
  JSON.stringify({ t, slots: { blue: { requests: 90, errors: 0 }, green: { requests: 10, errors: t < 5 ? 0 : 9 } } });
writeFileSync(trace, Array.from({ length: 30 }, (_, t) => line(t)).join('\n'));

let stop: (() => Promise<void>) | undefined;
afterEach(async () => {
  await stop?.();
  stop = undefined;
});

describe('simulate', () => {
  it('says in a sentence when a candidate is caught', async () => {
    const { code, out } = await sluice([...quick, '--fails', '50', '--stages', '10:60,100:60']);
    expect(code).toBe(0);
    const text = out.replace(/\s+/g, ' ');
    expect(text).toMatch(
      /^With these stages, 50 requests\/s and 0.1 % errors as usual, a candidate \(fails 50 %\) is caught after about \d+ s and \d+ bad requests, mostly in stage 1, by errors \w+; nine of ten within \d+ s\./,
    );
    expect(text).toContain('A healthy one was rolled back in 0 of 3 releases.');
  });

  it('lists several candidates unless one is asked for', async () => {
    const { code, out } = await sluice([...quick, '--stages', '50:60,100:60']);
    expect(code).toBe(0);
    expect(out).toMatch(/^fails 100 % +3\/3 +\d+ s/m);
    expect(out).toMatch(/^latency × 2 +3\/3/m);
    for (const text of out.split('\n')) expect(text.length).toBeLessThanOrEqual(80);
  });

  it('prints the same figures as JSON, the same for the same seed', async () => {
    const argv = [...quick, '--fails', '50', '--json', '--stages', '10:60,100:60'];
    const [a, b] = [await sluice(argv), await sluice(argv)];
    expect(a.out).toBe(b.out);
    const { rows, healthy, rate } = JSON.parse(a.out);
    expect([rate, rows.length, rows[0].caught, healthy.falseRollbacks]).toEqual([50, 1, 3, 0]);
  });

  it('says that a candidate was not caught', async () => {
    const { out } = await sluice([...quick, '--fails', '0', '--stages', '10:5,100:5']);
    expect(out.replace(/\s+/g, ' ')).toContain('was not caught in 3 releases');
  });

  it('draws the evidence', async () => {
    const svg = join(folder, 'evidence.svg');
    expect((await sluice([...quick, '--fails', '50', '--svg', svg])).code).toBe(0);
    const drawn = readFileSync(svg, 'utf8');
    expect(drawn).toMatch(/^<svg [\s\S]*<polyline points="[\d., ]+"[\s\S]*<\/svg>\n$/);
    expect(drawn).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("asks control for a plan of one's own, and for the service's objectives", async () => {
    const stage = { weight: 10, soakSeconds: 60, minRequests: 1, advance: 'manual' };
    const plan = { name: 'ours', builtIn: false, stages: [stage], onFail: 'rollback', onInsufficient: 'extend', bakeSeconds: 60 };
    const slos = {
      errorObjective: 0.5,
      errorRatio: 100,
      latencyRatio: 100,
      falseRollbackChance: 0.01,
      minBad: 5,
      minEffect: 0.001,
    };
    const guards = {
      minRequests: 50,
      perVisitorCap: 2,
      perNetworkCap: 4,
      latencyGraceSeconds: 30,
      holdSeconds: 300,
      bakeSeconds: 600,
    };
    const control = await startControl({
      'GET /plans/ours': plan,
      'GET /services/app/slos': { ...slos, ...guards, latencyObjectives: [] },
    });
    stop = control.stop;
    const argv = [...quick, '--fails', '40', '--plan', 'ours', '--slos', '--service', 'app'];
    const { code, out } = await sluice(argv, { url: control.url });
    expect(code).toBe(0);
    expect(out.replace(/\s+/g, ' ')).toMatch(/With plan ours.*was not caught in 3 releases/);
  });

  it.each([
    ['--fails', '101'],
    ['--fails', '-1'],
    ['--rate', '0'],
    ['--rate', 'x'],
    ['--runs', '0'],
    ['--stages', '50:60,10:60'],
    ['--stages', '200:60'],
    ['--active', 'green'],
  ])('refuses %s %s', async (option, value) => {
    const replaying = option === '--active' ? ['--replay', trace] : [];
    expect((await sluice([...quick, ...replaying, option, value])).code).toBe(2);
  });
});

describe('simulate --replay', () => {
  const argv = ['simulate', '--replay', trace, '--active', 'blue', '--candidate', 'green'];

  it('says when and why, and exits 0', async () => {
    const { code, out } = await sluice(argv);
    expect(code).toBe(0);
    expect(out.replace(/\s+/g, ' ')).toMatch(
      /^green would have been rolled back at t = [67]\. errors \w+: \d+ of \d+ requests on green failed/,
    );
  });

  it('prints the verdict as JSON', async () => {
    const { code, out } = await sluice([...argv, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      rolledBackAt: expect.any(Number),
      rule: 'relative',
      sli: 'errors',
      evidence: expect.any(Number),
    });
  });

  it('says that a healthy one goes on, and exits 0 too', async () => {
    const { code, out } = await sluice([...argv.slice(0, 3), '--active', 'green', '--candidate', 'blue']);
    expect(code).toBe(0);
    expect(out).toContain('blue would not have been rolled back in 30 lines.');
  });

  it('names the line that is none, and the form it should have', async () => {
    const broken = join(folder, 'broken.jsonl');
    writeFileSync(broken, `${line(0)}\n{"t":1,"slots":{"green":{"requests":\u001b}}}\n`);
    const { code, err } = await sluice(['simulate', '--replay', broken]);
    expect(code).toBe(2);
    expect(err).toContain('Line 2 is no JSON');
    expect(err).not.toContain('\u001b');
    expect(err).toContain('{"t":0,"slots"');
  });
});
