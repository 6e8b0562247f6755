// Runs a story: a line is an event, and behind `=>` what must then hold. The state machine alone, on a clock of its own.
//
//   # title
//   slots blue green              versions v-blue, v-green; blue active
//   release green 10:5,100:5      make and start one: weight:soakSeconds[:minRequests][:manual], …
//   serve 5 blue=90 green=10/1    five seconds, a report each: requests[/errors][@milliseconds][#visitors]; with by=2 the bad
//                                 requests come from two visitors, with net=1 from others each time, of one network
//   +60                           a minute later, the alarm
//   answer ci=200 freeze=none     the hooks that were asked last answer, or do not; `answer late ci=200`: those before them
//   approve => stage 2; green 50; audit release_approved stage_advanced
import type { By } from '../../control/core/audit.ts';
import { type Change, unchanged } from '../../control/core/change.ts';
import type { CallHook } from '../../control/core/effect.ts';
import { explain } from '../../control/core/rejection.ts';
import { soakedMs, stageNeeds, type Verb } from '../../control/core/release.ts';
import { type Event, newService, type Service, weights } from '../../control/core/service.ts';
import { transition } from '../../control/core/transition.ts';
import { bucketOf } from '../../router/histogram.ts';
import type { Row } from '../../router/report.ts';
import { answersIn, planIn, sloIn, weightsIn } from './words.ts';

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
  private senders = 0;
  private readonly calls: CallHook[] = [];

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
    this.calls.push(...change.effects.filter((effect) => effect.type === 'call_hook'));
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
    const option = (name: string) => Number(counts.find((count) => count.startsWith(`${name}=`))?.slice(name.length + 1) ?? 0);
    const slots = counts.filter((count) => !/^(by|net)=/.test(count));
    for (let second = 0; second < seconds; second++) {
      this.now += 1000;
      const { epoch, revision } = this.service;
      const rows = slots.map((count) => {
        return { epoch, revision, ...this.rowOf(count, option) };
      });
      this.happen({ type: 'report', rows });
    }
    this.happen({ type: 'tick' });
  }

  private rowOf(count: string, option: (name: string) => number): Omit<Row, 'epoch' | 'revision'> {
    const found = /^([a-z]+)=(\d+)(?:\/(\d+))?(?:@([\d.]+))?(?:#(\d+))?$/.exec(count);
    if (found === null) throw new Error(`no such count: ${count}`);
    const [, slot = '', ...numbers] = found;
    const [requests = 0, errors = 0, ms = Number.NaN, visitors] = numbers.map((n) => (n === undefined ? undefined : Number(n)));
    const who = option('by') > 0 || option('net') > 0;
    const by = (bad: number) => (who ? { by: this.whoSent(bad, option) } : {});
    const thresholds = this.service.slo.latencyObjectives.map(({ overMs }) => overMs);
    const slow = thresholds.map((overMs) => ({ overMs, count: ms > overMs ? requests : 0, ...by(ms > overMs ? requests : 0) }));
    return {
      ...{ slot, requests, errors, overridden: 0, overriddenErrors: 0 },
      ...(who && { errorsBy: this.whoSent(errors, option) }),
      ...(ms > 0 && requests > 0 && { latency: [bucketOf(ms), requests], slow }),
      ...(visitors !== undefined && { visitors }),
    };
  }

  // Each bad request from the next visitor: of a few, or of no end of them in a few networks.
  private whoSent(bad: number, option: (name: string) => number): number[] {
    return Array.from({ length: bad }, () => {
      const next = this.senders++;
      return option('net') > 0 ? [next, 1 + (next % option('net')), 1] : [next % option('by'), 0, 1];
    }).flat();
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
    const [first = '', second = ''] = args.filter((arg) => arg !== 'force' && !/^[\w-]+=\w/.test(arg));
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
      case 'slos':
        return { type: 'set_slos', slo: sloIn(args), by };
      case 'note':
        return { type: 'note_refused', why: first as 'malformed' };
      case 'answer': {
        const call = this.calls.at(first === 'late' ? -2 : -1);
        if (call === undefined) throw new Error('no hook was asked');
        return { type: 'hook_answered', asking: call.asking, answers: answersIn(args) };
      }
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
      did: () =>
        this.last.decisions
          .filter(({ routine }) => !routine)
          .map(({ did }) => did)
          .join(', '),
      looks: () => String(this.last.decisions.filter(({ routine }) => routine).length),
      alert: () =>
        this.last.audit.flatMap(({ action, alert = '' }) => (action === 'alert_raised' ? [alert] : [])).join(' ') || 'none',
      needs: () => String(release === null ? 'none' : stageNeeds(release, this.service.slo)),
      publish: () => (this.last.effects.some(({ type }) => type === 'publish_split') ? 'yes' : 'no'),
      asks: () => this.last.effects.flatMap((effect) => (effect.type === 'call_hook' ? effect.channels : [])).join(' ') || 'none',
      gate: () => (release?.gate == null ? 'none' : `${release.gate.on} ${release.gate.stage + 1}`),
      again: () => String(release?.gate?.nextAt == null ? 'none' : (release.gate.nextAt - this.now) / 1000),
      watches: () => this.service.watches.map(({ kind, slot }) => `${kind}:${slot}`).join(' ') || 'none',
      version: () => this.service.versions[rest[0] ?? '']?.versionId ?? 'none',
    };
    if (word === 'why' || word === 'reason') {
      includes((word === 'why' ? release?.why : this.last.decisions.at(-1)?.reason) ?? 'none', text);
      return;
    }
    const reports: Record<string, number> = { ...this.service.reports };
    const counted = word in held ? (held[word] ?? 0) / 100 : reports[word];
    const fact = facts[word] ?? (counted === undefined ? undefined : () => String(counted));
    if (fact === undefined) throw new Error(`no such expectation: ${word}`);
    const got = fact();
    const want = word === 'version' ? rest.slice(1).join(' ') : text;
    if (got !== want) throw new Error(`${word} is ${got}, not ${want}`);
  }
}

function includes(whole: string, part: string): void {
  if (!whole.includes(part)) throw new Error(`"${whole}" does not say "${part}"`);
}
