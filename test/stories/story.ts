// Runs a story: a line is an event, and behind `=>` what must then hold. The state machine alone, on a clock of its own.
//
//   # title
//   slots blue green              versions v-blue, v-green; blue active
//   release green 10:5,100:5      make and start one: weight:soakSeconds[:minRequests][:manual], …
//   serve 5 blue=90 green=10/1    five seconds, a report each: requests[/errors]
//   +60                           a minute later, the alarm
//   approve => stage 2; green 50; audit release_approved stage_advanced
import type { By } from '../../control/core/audit.ts';
import { type Change, unchanged } from '../../control/core/change.ts';
import { PLAN_DEFAULTS, type Plan, type Stage } from '../../control/core/plan.ts';
import { explain } from '../../control/core/rejection.ts';
import { soakedMs, type Verb } from '../../control/core/release.ts';
import { type Event, newService, type Service, weights } from '../../control/core/service.ts';
import { transition } from '../../control/core/transition.ts';

/** A story: its title, and its lines with their numbers in the file. */
export interface Story {
  readonly title: string;
  readonly lines: readonly { readonly number: number; readonly text: string }[];
}

/** What a verb was asked of, and what came of it. */
export interface Asked {
  readonly state: string;
  readonly verb: string;
  readonly refused: string | null;
}

const VERBS = ['start', 'approve', 'deny', 'pause', 'resume', 'skip', 'promote', 'abort', 'retry'];
const by: By = { actor: 'ann', reason: null, requestId: null };
const T0 = 1_795_000_000_000;

/** The stories of a file: each begins with `# title`. */
export function storiesOf(text: string): Story[] {
  const stories: { title: string; lines: { number: number; text: string }[] }[] = [];
  text.split('\n').forEach((line, i) => {
    const trimmed = line.trim();
    if (trimmed.startsWith('# ')) stories.push({ title: trimmed.slice(2), lines: [] });
    else if (trimmed !== '') stories.at(-1)?.lines.push({ number: i + 1, text: trimmed });
  });
  return stories;
}

/** Plays a story. @returns every verb that was asked @throws Error that names the line where it goes wrong */
export function play(story: Story): Asked[] {
  const stage = new Stageplay();
  for (const { number, text } of story.lines) {
    const [act = '', expected = ''] = text.split('=>').map((part) => part.trim());
    try {
      stage.act(act);
      for (const wanted of expected.split(';').filter((part) => part.trim() !== '')) stage.expect(wanted.trim());
      if (!expected.includes('refused') && stage.refused !== null) throw new Error(`it was refused: ${stage.refused}`);
    } catch (error) {
      throw new Error(`line ${number}: "${text}": ${error instanceof Error ? error.message : error}`);
    }
  }
  return stage.asked;
}

class Stageplay {
  service: Service = newService('app', [], T0);
  now = T0;
  last: Change = unchanged(this.service);
  refused: string | null = null;
  readonly asked: Asked[] = [];

  act(line: string): void {
    const [word = '', ...args] = line.split(/\s+/);
    this.last = unchanged(this.service);
    this.refused = null;
    if (/^\+[\d.]+$/.test(word)) this.wait(Number(word));
    else if (word === 'serve') this.serve(Number(args[0]), args.slice(1));
    else if (word === 'slots') this.setUp(args);
    else this.happen(this.eventOf(word, args));
  }

  private happen(event: Event): void {
    const state = this.service.release?.state ?? 'none';
    const frozen = JSON.stringify(this.service);
    const result = transition(this.service, event, this.now);
    if (result.ok) this.adopt(result.value);
    else this.refused = result.rejection.reason;
    if (!result.ok && explain(result.rejection).includes('undefined')) throw new Error('the refusal does not say why');
    if (!result.ok && JSON.stringify(this.service) !== frozen) throw new Error('a refused event changed something');
    if (event.type === 'steer_release' && event.past === null)
      this.asked.push({ state, verb: event.verb, refused: this.refused });
  }

  // As the object does: through JSON, so that nothing lives on that would not survive a crash.
  private adopt(change: Change): void {
    this.service = JSON.parse(JSON.stringify(change.service));
    const { effects, audit, decisions } = this.last;
    this.last = {
      ...change,
      effects: [...effects, ...change.effects],
      audit: [...audit, ...change.audit],
      decisions: [...decisions, ...change.decisions],
    };
  }

  private wait(seconds: number): void {
    this.now += seconds * 1000;
    this.happen({ type: 'tick' });
  }

  private serve(seconds: number, counts: readonly string[]): void {
    for (let second = 0; second < seconds; second++) {
      this.now += 1000;
      const { epoch, revision } = this.service;
      const rows = counts.map((count) => {
        const [slot = '', requests = '0', errors = '0'] = count.split(/[=/]/);
        const counted = { requests: Number(requests), errors: Number(errors), overridden: 0, overriddenErrors: 0 };
        return { epoch, revision, slot, ...counted };
      });
      this.happen({ type: 'report', rows });
    }
    this.happen({ type: 'tick' });
  }

  private setUp(slots: readonly string[]): void {
    const named = slots.filter((slot) => slot !== 'bare');
    this.service = newService('app', named, this.now);
    if (slots.includes('bare')) return;
    for (const slot of named) this.happen(this.eventOf('deploy', [slot, `v-${slot}`]));
    this.happen(this.eventOf('activate', [named[0] ?? '']));
  }

  private eventOf(word: string, args: readonly string[]): Event {
    const force = args.includes('force');
    const [first = '', second = ''] = args.filter((arg) => arg !== 'force' && !/^\w+=\w/.test(arg));
    const option = (name: string) => args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1);
    const slot = first === 'idle' || first === '' ? null : first;
    if (VERBS.includes(word)) {
      const release = first === '' ? (this.service.release?.id ?? 1) : Number(first);
      return { type: 'steer_release', release, verb: word as Verb, force, past: null, by };
    }
    switch (word) {
      case 'deploy': {
        const version = { versionId: second, tag: null, message: null, author: null, source: null };
        return { type: 'record_deployment', slot, version, force, lease: option('lease') ?? null, by };
      }
      case 'lease':
        return { type: 'lease_slot', slot, lease: second, by };
      case 'return':
        return { type: 'return_lease', lease: first, by };
      case 'remove':
        return { type: 'remove_version', slot: first, by };
      case 'split':
        return { type: 'set_split', weights: weightsIn(args), ifRevision: null, by };
      case 'activate':
        return { type: 'activate', slot: first, by };
      case 'rotate':
      case 'rollback':
        return { type: word, by };
      case 'configure':
        return { type: 'configure', slots: args };
      case 'create':
      case 'release':
        return {
          type: 'create_release',
          slot,
          plan: planIn(second, option),
          name: null,
          autoStart: word === 'release',
          force,
          by,
        };
      default:
        throw new Error(`no such event: ${word}`);
    }
  }

  expect(wanted: string): void {
    const [word = '', ...rest] = wanted.split(/\s+/);
    const text = rest.join(' ');
    const { release, active, previous } = this.service;
    const held = weights(this.service);
    const facts: Record<string, () => unknown> = {
      refused: () => this.refused,
      state: () => release?.state ?? 'none',
      stage: () => String((release?.stage?.index ?? -1) + 1),
      soaked: () => String(Math.floor((release?.stage == null ? 0 : soakedMs(release.stage, this.now)) / 1000)),
      release: () => String(release?.id ?? 'none'),
      candidate: () => release?.candidateVersion?.versionId ?? 'none',
      active: () => active ?? 'none',
      previous: () => previous ?? 'none',
      revision: () => String(this.service.revision),
      audit: () => this.last.audit.map(({ action }) => action).join(' '),
      did: () => this.last.decisions.map(({ did }) => did).join(', '),
      publish: () => (this.last.effects.length > 0 ? 'yes' : 'no'),
      watches: () => this.service.watches.map(({ kind, slot }) => `${kind}:${slot}`).join(' ') || 'none',
      version: () => this.service.versions[rest[0] ?? '']?.versionId ?? 'none',
    };
    if (word === 'why') {
      includes(release?.why ?? 'none', text);
      return;
    }
    const fact = facts[word] ?? (word in held ? () => String((held[word] ?? 0) / 100) : undefined);
    if (fact === undefined) throw new Error(`no such expectation: ${word}`);
    const got = fact();
    const want = word === 'version' ? rest.slice(1).join(' ') : text;
    if (got !== want) throw new Error(`${word} is ${got}, not ${want}`);
  }
}

function includes(whole: string, part: string): void {
  if (!whole.includes(part)) throw new Error(`"${whole}" does not say "${part}"`);
}

function weightsIn(args: readonly string[]): Record<string, number> {
  return Object.fromEntries(args.map((arg) => arg.split('=')).map(([slot = '', percent]) => [slot, Number(percent) * 100]));
}

function planIn(stages: string, option: (name: string) => string | undefined): Plan {
  const plan = { name: null, stages: stages.split(',').map(stageIn), ...PLAN_DEFAULTS };
  const onFail = option('onFail') as Plan['onFail'] | undefined;
  const onInsufficient = option('onInsufficient') as Plan['onInsufficient'] | undefined;
  const bake = option('bake');
  return {
    ...plan,
    ...(onFail && { onFail }),
    ...(onInsufficient && { onInsufficient }),
    ...(bake && { bakeSeconds: Number(bake) }),
  };
}

function stageIn(text: string): Stage {
  const [weight, soak, ...rest] = text.split(':');
  const minRequests = Number(rest.find((part) => /^\d+$/.test(part)) ?? 20);
  return {
    weight: Number(weight) * 100,
    soakSeconds: Number(soak),
    minRequests,
    advance: rest.includes('manual') ? 'manual' : 'auto',
  };
}
