import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SLO, type Slo } from '../../../control/core/slo.ts';
import { replay } from '../../../scripts/simulate/replay.ts';
import { readTrace, type TraceLine, type TraceSlot } from '../../../scripts/simulate/trace.ts';

const SLOTS = { active: 'blue', candidate: 'green' };

const slot = (requests: number, errors = 0, more: Partial<TraceSlot> = {}): TraceSlot => ({
  requests,
  errors,
  latency: [],
  ...more,
});
const lines = (count: number, of: (t: number) => TraceLine['slots']): TraceLine[] =>
  Array.from({ length: count }, (_, t) => ({ t, slots: of(t) }));
const run = (trace: TraceLine[], slo: Slo = DEFAULT_SLO) => replay(trace, SLOTS, slo);
const p500: Slo = { ...DEFAULT_SLO, latencyObjectives: [{ overMs: 500, maxShare: 0.01 }] };

describe('a replay', () => {
  it('says when, why and by which rule', async () => {
    const result = await run(lines(60, (t) => ({ blue: slot(90), green: slot(10, t >= 10 ? 10 : 0) })));
    expect(result).toMatchObject({
      rolledBackAt: 12,
      rule: 'relative',
      sli: 'errors',
      test: 'errors relative',
      requests: 130,
      bad: 30,
    });
    expect(result.evidence).toBeGreaterThanOrEqual(100);
    expect(result.why).toContain('30 of 130 requests on green failed');
  });

  it('passes a healthy trace', async () => {
    const result = await run(lines(600, (t) => ({ blue: slot(90, t % 10 === 0 ? 1 : 0), green: slot(10) })));
    expect(result).toMatchObject({ rolledBackAt: null, lines: 600 });
    expect(result.evidence).toBeLessThan(100);
  });

  it.each<[string, TraceLine[], Slo, object]>([
    [
      'one visitor who fails all night',
      lines(900, () => ({ blue: slot(90), green: slot(10, 1, { visitors: [[7, 1]] }) })),
      DEFAULT_SLO,
      { rolledBackAt: null, bad: 2 },
    ],
    [
      'as many visitors as errors',
      lines(900, (t) => ({ blue: slot(90), green: slot(10, 1, { visitors: [[`visitor ${t}`, 1]] }) })),
      DEFAULT_SLO,
      { rolledBackAt: 4, bad: 5 },
    ],
    [
      'doubled latency, once the grace is over',
      lines(120, () => ({
        blue: slot(90, 0, {
          latency: [
            [50, 80],
            [150, 10],
          ],
        }),
        green: slot(10, 0, {
          latency: [
            [100, 9],
            [300, 1],
          ],
        }),
      })),
      DEFAULT_SLO,
      { sli: 'latency', rule: 'relative' },
    ],
    [
      'latency over an objective, the active slot no better',
      lines(360, () => ({
        blue: slot(90, 0, {
          latency: [
            [600, 9],
            [50, 81],
          ],
        }),
        green: slot(10, 0, {
          latency: [
            [600, 2],
            [50, 8],
          ],
        }),
      })),
      { ...p500, latencyRatio: 100 },
      { sli: 'latency', rule: 'absolute', test: 'latency over 500 ms absolute' },
    ],
    [
      'both slots failing alike for less than the hold',
      lines(300, () => ({ blue: slot(90, 36), green: slot(10, 4) })),
      DEFAULT_SLO,
      { rolledBackAt: null, sli: 'errors', rule: 'absolute' },
    ],
    [
      'a candidate without requests',
      lines(60, () => ({ blue: slot(90) })),
      DEFAULT_SLO,
      { rolledBackAt: null, rule: null, sli: null, requests: 0, bad: 0 },
    ],
  ])('of %s', async (_, trace, slo, expected) => expect(await run(trace, slo)).toMatchObject(expected));

  it('is right across an hour of gaps, and back to work after it', async () => {
    const early = lines(20, () => ({ blue: slot(90), green: slot(10) }));
    const late = lines(20, () => ({ blue: slot(90), green: slot(10, 10) })).map((line) => ({ ...line, t: line.t + 3620 }));
    const result = await run([...early, ...late]);
    expect(result.rolledBackAt).toBeGreaterThanOrEqual(3621);
    expect(result.rolledBackAt).toBeLessThanOrEqual(3625);
  });

  it('tells times as the trace does, wherever it begins', async () => {
    const trace = lines(60, () => ({ blue: slot(90), green: slot(10, 10) })).map((line) => ({
      ...line,
      t: line.t + 1_795_000_000.25,
    }));
    expect((await run(trace)).rolledBackAt).toBe(1_795_000_001.25);
  });

  it('stands still while its clock goes back', async () => {
    const trace = lines(100, () => ({ blue: slot(90), green: slot(10, 10) })).map((line) => ({ ...line, t: 100 - line.t }));
    expect((await run(trace)).rolledBackAt).toBeNull();
  });

  it('pools lines of one second', async () => {
    const whole = lines(6, () => ({ blue: slot(90), green: slot(10, 5) }));
    const parts = whole.flatMap(({ t }): TraceLine[] => [
      { t, slots: { blue: slot(90) } },
      { t: t + 0.5, slots: { green: slot(10, 5) } },
    ]);
    const [a, b] = [await run(whole), await run(parts)];
    expect(b.evidence).toBe(a.evidence);
    expect(b.rolledBackAt).toBe((a.rolledBackAt ?? 0) + 0.5);
  });

  it('takes 20,000 sparse lines', async () => {
    const trace = lines(20_000, () => ({ blue: slot(3), green: slot(1) })).map((line) => ({ ...line, t: line.t * 7 }));
    expect(await run(trace)).toMatchObject({ rolledBackAt: null, lines: 20_000 });
  });
});

describe('a trace', () => {
  const read = async (text: string) => {
    const found: TraceLine[] = [];
    for await (const line of readTrace('-', Readable.from([text]))) found.push(line);
    return found;
  };

  it('is read line by line, empty ones passed over', async () => {
    const text = '{"t":0,"slots":{"blue":{"requests":1}}}\r\n\n{"t":1,"slots":{},"more":1}\n';
    expect(await read(text)).toEqual([
      { t: 0, slots: { blue: { requests: 1, errors: 0, latency: [] } } },
      { t: 1, slots: {} },
    ]);
  });

  it.each([
    ['no JSON', '{"t":0,"slots":{}}\n{"t":', 'Line 2 is no JSON'],
    ['no time', '{"slots":{}}', 'Line 1: t:'],
    ['negative counts', '{"t":0,"slots":{"green":{"requests":-1}}}', 'slots.green.requests'],
    ['more errors than requests', '{"t":0,"slots":{"green":{"requests":1,"errors":2}}}', 'more errors than requests'],
    ['a latency that is none', '{"t":0,"slots":{"green":{"requests":1,"latency":[["x",1]]}}}', 'slots.green.latency.0.0'],
    ['visitors that are none', '{"t":0,"slots":{"green":{"requests":1,"visitors":[[1]]}}}', 'slots.green.visitors.0'],
    ['counts that overflow', '{"t":0,"slots":{"green":{"requests":1e300}}}', 'slots.green.requests'],
    ['a list', '[]', 'Line 1'],
    ['nothing', '\n\n', 'has no lines'],
  ])('with %s is refused, naming where', async (_, text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it('that is no file is refused', async () => {
    await expect(readTrace('/no/such/file').next()).rejects.toThrow('/no/such/file cannot be read (ENOENT)');
  });
});
