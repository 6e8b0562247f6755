// Hooks as the CLI shows, waits for and sets them.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { GateView, HookView } from '../../control/api/types.ts';
import { gateText } from '../../control/words.ts';
import type { Look } from '../../scripts/cli/layout.ts';
import { explainLines } from '../../scripts/cli/view-explain.ts';
import { newsOf, statusLines } from '../../scripts/cli/view-status.ts';
import { NOW, past, release, service, sluice, startControl } from './cli-fake.ts';

const PATH = '/services/app/releases/7';
const look: Look = { now: NOW, width: 100, style: (_, text) => text, suffix: '' };
const CHANNEL = 'c0ffee00-0000-4000-8000-000000000000';
const HOOKS: HookView[] = [
  { on: 'before-start', channel: CHANNEL },
  { on: 'before-promote', channel: CHANNEL },
];

const asking: GateView = {
  ...{ on: 'before-stage', stage: 3, askedAt: past(9), attempts: 1, nextAt: null, refusals: [] },
  open: [{ channel: CHANNEL, name: null }],
};
const refused: GateView = {
  ...{ ...asking, attempts: 2, nextAt: past(-12), open: [{ channel: CHANNEL, name: 'ci-gate' }] },
  refusals: [{ channel: CHANNEL, name: 'ci-gate', status: 503, error: null }],
};
const why = 'Hook ci-gate before stage 3 answered 503. Asked again at 12:00:12 UTC.';
const held = release({ state: 'held', why, gate: refused });

let stop: (() => Promise<void>) | undefined;
afterEach(async () => {
  await stop?.();
  stop = undefined;
});

async function control(answers: Record<string, unknown>) {
  const started = await startControl({ 'GET /services': { services: [service()] }, 'GET /services/app': service(), ...answers });
  stop = started.stop;
  return started;
}

describe('a gate', () => {
  it.each<[string, GateView]>([
    ['asks its hook before stage 3', asking],
    ['asks its hooks before stage 3', { ...asking, open: [...asking.open, { channel: 'other', name: 'ci-gate' }] }],
    ['asks ci-gate before stage 3, again in 12 s', refused],
    ['asks ci-gate before the start, again in 12 s', { ...refused, on: 'before-start', stage: 1 }],
    ['asks ci-gate before completion, again in 12 s', { ...refused, on: 'before-promote', stage: 4 }],
    ['was let pass before stage 3, waits for the end of an outage', { ...asking, open: [] }],
  ])('%s', (text, gate) => expect(gateText(gate, NOW)).toBe(text));

  it('is shown with the status, and with the ways past it', () => {
    const lines = statusLines(service({ release: held }), look);
    expect(lines).toContain('  Hooks     asks ci-gate before stage 3, again in 12 s');
    expect(lines.join('\n')).toContain('  Why       Hook ci-gate before stage 3 answered 503.');
    expect(lines.slice(-3)).toEqual([
      'Next  npx sluice release explain 7',
      '      npx sluice release skip 7',
      '      npx sluice release abort 7',
    ]);
    expect(statusLines(service({ release: release() }), look).join('\n')).not.toContain('Hooks');
  });

  it('is explained', () => {
    const lines = explainLines(held, [], look);
    expect(lines[0]).toBe('Release 7 is held at stage 2 of 3 (green 50 %); it asks ci-gate before stage 3, again in 12 s.');
    expect(lines[1]).toBe(why);
    const pending = release({
      state: 'pending',
      stage: null,
      startedAt: null,
      gate: { ...asking, on: 'before-start', stage: 1 },
    });
    expect(explainLines(pending, [], look)[0]).toBe('Release 7 is pending; it asks its hook before the start.');
  });

  it('is news when its hooks answer otherwise, and not when they are asked again', () => {
    const news = (gate: GateView | null) => newsOf([service({ release: { ...held, gate, why: `${why} ${gate?.nextAt}` } })]);
    expect(news({ ...refused, nextAt: past(-60), attempts: 3 })).toBe(news(refused));
    const other = refused.refusals.map((refusal) => ({ ...refusal, status: 500 }));
    expect(news({ ...refused, refusals: other })).not.toBe(news(refused));
    expect(news(null)).not.toBe(news(refused));
  });

  it('is told of once by release wait', async () => {
    const { url, answers } = await control({ [`GET ${PATH}`]: release({ gate: asking }) });
    const onSleep = (n: number) => {
      if (n === 2) answers[`GET ${PATH}`] = held;
      if (n === 4) answers[`GET ${PATH}`] = { ...held, gate: { ...refused, attempts: 3 } };
      if (n === 6) answers[`GET ${PATH}`] = release({ state: 'completed', endedAt: past(0) });
    };
    const { code, out } = await sluice(['release', 'wait', '7'], { url, onSleep });
    expect(code).toBe(0);
    expect(out.split('\n').map((text) => text.replace(/^\d\d-\d\d \d\d:\d\d:\d\d {2}/, ''))).toEqual([
      'Release 7 is running at stage 2 of 3 (green 50 %); it asks its hook before stage 3',
      'Release 7 is held at stage 2 of 3 (green 50 %); it asks ci-gate before stage 3, again in 10 s',
      'Release 7 is completed.',
      'Release 7 is completed: green is active with 100 %.',
      '',
    ]);
  });
});

describe('hooks of a plan', () => {
  const plan = { ...release().plan, name: 'mine', builtIn: false, team: 'shop', hooks: HOOKS };

  it('are shown', async () => {
    const { url, answers, calls } = await control({ 'GET /plans/mine': plan, 'GET /plans/none': { ...plan, hooks: [] } });
    const shown = async () => (await sluice(['plans', 'show', 'mine'], { url })).out;
    // Nobody says what the channel is called.
    expect(await shown()).toContain(`  Asks before completion   ${CHANNEL}\n`);
    answers['GET /channels'] = {
      channels: [
        { id: 'other', name: 'ops' },
        { id: CHANNEL, name: 'ci-gate' },
      ],
    };
    expect(await shown()).toContain('  Asks before the start    ci-gate\n');
    expect(await shown()).toContain('  Asks before completion   ci-gate\n');
    const before = calls.length;
    await sluice(['plans', 'show', 'none'], { url });
    expect(calls.slice(before).map(({ call }) => call)).toEqual(['GET /plans/none']);
  });

  it('are readable with few columns', async () => {
    const { url } = await control({ 'GET /plans/mine': plan });
    const { out } = await sluice(['plans', 'show', 'mine'], { url, columns: 40 });
    expect(out).toContain(`\n  Asks before completion\n  ${CHANNEL}\n`);
  });

  it('are set one by one, and taken back as they were shown', async () => {
    const { url, calls } = await control({ 'GET /plans/mine': plan, 'PUT /plans/mine': plan });
    const flags = HOOKS.flatMap(({ on, channel }) => ['--hook', `${on}=${channel}`]);
    await sluice(['plans', 'set', 'mine', '--stages', '100:5', ...flags], { url });
    const folder = await mkdtemp(join(tmpdir(), 'sluice-'));
    const file = join(folder, 'plan.json');
    await writeFile(file, (await sluice(['plans', 'show', 'mine', '--json'], { url })).out);
    await sluice(['plans', 'set', 'mine', '--file', file], { url });
    await rm(folder, { recursive: true });
    const { name: _, builtIn: __, team: ___, ...rules } = plan;
    const bodies = calls.filter(({ call }) => call.startsWith('PUT')).map(({ body }) => body);
    expect(bodies).toEqual([{ stages: [{ weight: 100, soakSeconds: 5 }], hooks: HOOKS }, rules]);
  });

  it('may be of any name', async () => {
    const { url, calls } = await control({ 'PUT /plans/mine': plan });
    await sluice(['plans', 'set', 'mine', '--stages', '100:5', '--hook', 'before-stage=ci: a=b'], { url });
    expect(calls[0]?.body).toMatchObject({ hooks: [{ on: 'before-stage', channel: 'ci: a=b' }] });
  });

  it.each(['before-lunch=x', 'before-start', 'before-start=', 'before-start:a'])('%s is refused', async (hook) => {
    const { url, calls } = await control({});
    const { code, err } = await sluice(['plans', 'set', 'mine', '--stages', '100:5', '--hook', hook], { url });
    expect([code, calls]).toEqual([2, []]);
    expect(err).toContain(`"${hook}" is not of the form before-start|before-stage|before-promote=<channel>`);
  });
});
