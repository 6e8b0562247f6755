// Figures as people read them, on the page and at the command line: percent, spans of time, versions. Pure.
import type {
  AuditView,
  BySlot,
  DeploymentView,
  GateView,
  ReleaseView,
  SlotHealthView,
  StageView,
  WatchView,
} from './api/types.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** No call of a slot goes unanswered so soon. */
const AT_ONCE_MS = 50;
/** Kinds of things whose changes the sentence of an entry of the audit tells in full. */
const SAID: ReadonlySet<string> = new Set(['token', 'setting']);
const UNIT_NAMES: Readonly<Record<number, string>> = { 1: 's', [MINUTE]: 'min', [HOUR]: 'h', [DAY]: 'd' };

type Noted = AuditView['before'];
/** How the split of a service stood, as an entry of the audit has it. */
export type Standing = Extract<Noted, { active: unknown; revision: unknown }>;
type Version = Parameters<typeof versionName>[0];
type Fields = Readonly<Record<string, unknown>>;

/** `10 %`, `12.5 %`. */
export function percent(weight: number): string {
  return `${Number(weight.toFixed(2))} %`;
}

/** A share from 0 to 1 in percent, with one decimal below 10 %. */
export function shareText(share: number): string {
  const hundredths = share * 100;
  if (hundredths > 0 && hundredths < 0.1) return '<0.1 %';
  return `${Number(hundredths.toFixed(hundredths < 10 ? 1 : 0))} %`;
}

/** A share from 0 to 1 in percent, as it was set: `1 %`, `0.05 %`. */
export function exactShare(share: number): string {
  return `${Number((share * 100).toPrecision(8))} %`;
}

/** A latency of so many milliseconds: `<1 ms`, `123 ms`, `1.2 s`, `12 s`. */
export function latencyText(ms: number): string {
  if (ms < 1) return '<1 ms';
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`;
  return `${Number((ms / 1000).toFixed(ms < 9_950 ? 1 : 0))} s`;
}

/** A span of time in its two largest units: `45 s`, `4 min 30 s`, `2 h`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return two(whole, MINUTE, 'min', 1, 's');
  if (whole < DAY) return two(whole, HOUR, 'h', MINUTE, 'min');
  return two(whole, DAY, 'd', HOUR, 'h');
}

/** A span of time for prose: beyond two minutes in whole ones. */
export function roughly(seconds: number): string {
  return duration(seconds < 2 * MINUTE ? seconds : Math.round(seconds / MINUTE) * MINUTE);
}

/** How long `at` (ISO) was before `now` (milliseconds), in its largest unit. */
export function ago(at: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(at)) / 1000);
  return seconds < 2 ? 'just now' : `${largest(seconds)} ago`;
}

/** How far `at` (ISO) is from `now` (milliseconds) on, in its largest unit, to the nearest: a moment short of 90 days is `in 90 d`. */
export function ahead(at: string, now: number): string {
  const seconds = secondsUntil(at, now);
  // What rounds to 60 s is a minute, what rounds to 24 h a day.
  const unit = [1, MINUTE, HOUR].find((one) => largestUnit(nearest(seconds, one)) === one) ?? DAY;
  return `in ${largest(nearest(seconds, unit))}`;
}

/** Seconds from `from` (milliseconds) to `to` (ISO), never below 0. */
export function secondsUntil(to: string, from: number): number {
  return Math.max(0, (Date.parse(to) - from) / 1000);
}

/** The local time of `at` (ISO): `11-21 10:33:05`. */
export function clock(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  const two = (number: number) => String(number).padStart(2, '0');
  const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `1 request`, `17 requests`. */
export function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}

/** A count with its thousands apart: `1 204 331`. */
export function grouped(number: number): string {
  // Narrow blanks that no line is broken at.
  return String(number).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** How many requests a slot had, and how many of them were bad. */
export function sampleText(requests: number, errors: number): string {
  return `${count(requests, 'request')}, ${count(errors, 'error')}`;
}

/** Why a probe of a slot failed. */
export function probeText(slot: string, { status, milliseconds }: NonNullable<SlotHealthView['probe']>): string {
  if (status !== null) return `status ${status}`;
  if (milliseconds >= AT_ONCE_MS) return `no answer within ${latencyText(milliseconds)}`;
  return `${slot} has no binding in control/wrangler.toml, or could not be called`;
}

/** Two significant digits below 100; large ones without a fraction. */
export function figure(number: number): string {
  if (number >= 1e6) return number.toExponential(0).replace('+', '');
  return String(number >= 100 ? Math.round(number) : Number(number.toPrecision(2)));
}

/** A version by its tag or id; the id of wrangler shortened as git does it. */
export function versionName(version: Pick<DeploymentView, 'versionId' | 'tag'> | null): string {
  if (version === null) return 'empty';
  const id = /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(version.versionId) ? version.versionId.slice(0, 8) : version.versionId;
  return version.tag === null ? id : `${version.tag} (${id})`;
}

/** `blue 90 %, green 10 %`: the slots that have weight. */
export function splitText(weights: BySlot<number>): string {
  const shown = Object.entries(weights).filter(([, weight]) => weight > 0);
  return shown.map(([slot, weight]) => `${slot} ${percent(weight)}`).join(', ') || 'none';
}

/** `10 % 5 min → 100 %`: the stages of a plan. */
export function stagesText(stages: readonly StageView[]): string {
  return stages.map((stage) => `${percent(stage.weight)} ${soakText(stage)}`.trim()).join(' → ');
}

/** How a stage is left: `5 min`, `5 min, manual`. */
export function soakText({ soakSeconds, advance }: StageView): string {
  const soak = soakSeconds > 0 ? [duration(soakSeconds)] : [];
  return [...soak, ...(advance === 'manual' ? ['manual'] : [])].join(', ');
}

/** Whom a release asks before it goes on: `asks ci-gate before stage 2`, `asks ci-gate before stage 2, again in 12 s`. */
export function gateText({ on, stage, open, nextAt }: GateView, now: number): string {
  const where = {
    'before-start': 'before the start',
    'before-stage': `before stage ${stage}`,
    'before-promote': 'before completion',
  };
  if (open.length === 0) return `was let pass ${where[on]}, waits for the end of an outage`;
  const names = open.flatMap(({ name }) => name ?? []);
  // Before the first answer nobody knows what the hooks are called, and an id says nothing to a person.
  const hooks = names.length === open.length ? names.join(', ') : open.length === 1 ? 'its hook' : 'its hooks';
  const asks = `asks ${hooks} ${where[on]}`;
  return nextAt === null ? asks : `${asks}, again in ${duration(secondsUntil(nextAt, now))}`;
}

/** `rolled_back` in words. */
export function stateName(state: string): string {
  return state.replaceAll('_', ' ');
}

/** Why a release is where it is, without what its state and stage say anyway. */
export function reasonOf({ why }: Pick<ReleaseView, 'why'>): string | null {
  return why?.replace(/^Release \d+ rolled back.*?\.\s+/, '').replace(/^Rolled back \S+ to \S+\.\s+/, '') ?? null;
}

/** ` at stage 1 of 3 (green 20 %)`, or nothing before the first. */
export function placeOf({ stage, plan, candidate }: ReleaseView): string {
  return stage === null ? '' : ` at stage ${stage.number} of ${plan.stages.length} (${candidate.slot} ${percent(stage.weight)})`;
}

/** A verdict with the sample it is of. */
export function verdictText({ verdict, needs, requests, errors }: Judged): string {
  if (verdict === 'hold') return 'hold: the active slot is as bad, so moving visitors would not help';
  return `${verdict}: ${sampleText(requests, errors)}${verdict === 'insufficient' ? needsText({ needs, errors }) : ''}`;
}

/** What a sample lacks, behind it: `; needs 19 more good ones`; nothing where it lacks nothing. */
export function needsText({ needs, errors }: Pick<Judged, 'needs' | 'errors'>): string {
  return needs <= 0 ? '' : `; needs ${needs} more${errors > 0 ? ' good ones' : ''}`;
}

type Judged = Pick<WatchView, 'verdict' | 'needs' | 'requests' | 'errors'>;

/** How far evidence is on its way to a rollback, 0 to 1: logarithms, since evidence multiplies. */
export function towardsRollback(evidence: number, threshold: number): number {
  if (!(evidence > 1) || !(threshold > 1)) return 0;
  return Math.min(1, Math.log(evidence) / Math.log(threshold));
}

/** How a person writes stages, for help and errors. */
export const STAGES_FORM = 'weight:soakSeconds[:minRequests][:manual],…';

/** Stages as a person writes them, `10:300,50:300:200:manual,100:60`; or what is wrong with them, in a sentence. */
export function readStages(text: string): readonly StageView[] | string {
  const stages = text.split(',').map((part) => readStage(part.trim()));
  const wrong = stages.indexOf(undefined);
  if (wrong < 0) return stages.filter((stage) => stage !== undefined);
  return `Stage ${wrong + 1}, "${text.split(',')[wrong]?.trim()}", is not of the form ${STAGES_FORM} (such as 10:300:50:manual).`;
}

function readStage(text: string): StageView | undefined {
  const parts = text.split(':');
  const advance = parts.at(-1) === 'manual' || parts.at(-1) === 'auto' ? (parts.pop() as 'manual' | 'auto') : undefined;
  const [weight = '', soak = '', sample, ...more] = parts;
  const fits = [weight, soak, sample ?? '0'].every((figure) => /^\d+(\.\d+)?$/.test(figure));
  if (!fits || more.length > 0) return undefined;
  return {
    weight: Number(weight),
    soakSeconds: Number(soak),
    ...(sample === undefined ? {} : { minRequests: Number(sample) }),
    ...(advance === undefined ? {} : { advance }),
  };
}

function largest(seconds: number): string {
  const unit = largestUnit(seconds);
  return `${Math.floor(seconds / unit)} ${UNIT_NAMES[unit]}`;
}

function largestUnit(seconds: number): number {
  return seconds < MINUTE ? 1 : seconds < HOUR ? MINUTE : seconds < DAY ? HOUR : DAY;
}

function nearest(seconds: number, unit: number): number {
  return Math.round(seconds / unit) * unit;
}

function two(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}

/** What became other by it, such as `green 0 → 10 %`; nothing where its sentence says so. */
export function changeText({ before, after }: Pick<AuditView, 'before' | 'after'>): string {
  if (before === null || after === null || isStanding(before) !== isStanding(after)) return '';
  if (isStanding(before) && isStanding(after)) return standingText(before, after);
  // A plan in a line is no easy reading.
  if ('stages' in after || ('kind' in after && SAID.has(String(after.kind)))) return '';
  const [was, is] = [{ ...before } as Fields, { ...after } as Fields];
  if (is.kind === 'version') return `${versionName(was as unknown as Version)} → ${versionName(is as unknown as Version)}`;
  const changed = Object.keys(is).filter((field) => valueText(field, was[field]) !== valueText(field, is[field]));
  return changed.map((field) => `${field} ${valueText(field, was[field])} → ${valueText(field, is[field])}`).join(', ');
}

function standingText(before: Standing, after: Standing): string {
  const active = before.active === after.active ? [] : [`active ${before.active ?? 'none'} → ${after.active ?? 'none'}`];
  const weight = ({ weights }: Standing, slot: string) => weights[slot] ?? 0;
  const slots = Object.keys({ ...before.weights, ...after.weights }).filter(
    (slot) => weight(before, slot) !== weight(after, slot),
  );
  const moved = slots.map((slot) => `${slot} ${Number(weight(before, slot).toFixed(2))} → ${percent(weight(after, slot))}`);
  return [...moved, ...active, ...releaseText(before.release, after.release)].join(', ');
}

// How a release begins and ends, the sentence tells.
function releaseText(was: Standing['release'], is: Standing['release']): string[] {
  if (was === undefined || is === undefined || was.id !== is.id) return [];
  const state = was.state === is.state ? [] : [`release ${is.id} ${stateName(was.state)} → ${stateName(is.state)}`];
  return [...state, ...(was.stage === is.stage || was.stage === null ? [] : [`stage ${was.stage} → ${is.stage}`])];
}

/** Whether an entry tells of a split. */
export function isStanding(noted: Noted): noted is Standing {
  return noted !== null && 'weights' in noted && 'revision' in noted;
}

function valueText(field: string, value: unknown): string {
  if (value === null || value === undefined) return field === 'services' ? 'all' : 'none';
  if (Array.isArray(value)) return value.map((one) => valueText('', one)).join(' ') || 'none';
  if (typeof value !== 'object') return String(value);
  // An objective of latency.
  const { percentile, overMs } = value as Fields;
  return percentile === undefined ? JSON.stringify(value) : `p${percentile} ≤ ${overMs} ms`;
}
