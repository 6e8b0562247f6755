// What a schema finds wrong with a field, as the person reads it who filled it in: short, and in the units of the form. Pure.
import { duration } from '../words.ts';
import { percentText } from './figures.ts';

/** Of what a schema says, what is needed here. */
export interface RawIssue {
  readonly code?: string | undefined;
  readonly path?: readonly PropertyKey[] | undefined;
  readonly input?: unknown;
  readonly expected?: string;
  readonly origin?: string;
  readonly minimum?: number | bigint;
  readonly maximum?: number | bigint;
  readonly inclusive?: boolean;
}

/** Shares from 0 to 1, which forms have in percent. */
const SHARES: readonly unknown[] = ['errorObjective', 'maxShare', 'falseRollbackChance', 'minEffect'];

/** A few words; `undefined` leaves it to zod. */
export function issueText(issue: RawIssue): string | undefined {
  const { code, input, expected = '', origin = '', inclusive = true } = issue;
  if (code === 'invalid_type')
    return input === undefined || input === '' ? 'must be given' : typeText(expected, issue.path?.at(-1));
  if (code !== 'too_small' && code !== 'too_big') return undefined;
  const limit = Number(code === 'too_small' ? issue.minimum : issue.maximum);
  const side = code === 'too_small' ? 'at least' : 'at most';
  if (origin === 'string') return limit === 1 && side === 'at least' ? 'must be given' : `must have ${side} ${limit} characters`;
  if (origin === 'array') return limit === 1 && side === 'at least' ? 'choose at least one' : `there may be ${side} ${limit}`;
  const beyond = inclusive ? side : code === 'too_small' ? 'more than' : 'less than';
  return `must be ${beyond} ${limitText(issue.path?.at(-1), limit)}`;
}

function typeText(expected: string, name: unknown): string {
  // Tokens are good for so many days.
  if (expected === 'number' && name !== 'forSeconds' && String(name).endsWith('Seconds')) return 'must be a span such as 5 min';
  if (expected === 'int') return 'must be a whole number';
  return expected === 'number' ? 'must be a number' : `must be of type ${expected}`;
}

// By the unit that stands last in the name of a field.
function limitText(name: unknown, limit: number): string {
  if (SHARES.includes(name)) return `${percentText(limit)} %`;
  if (typeof name !== 'string') return String(limit);
  if (name.endsWith('Seconds')) return duration(limit);
  if (name.endsWith('Ms')) return `${limit} ms`;
  return name === 'weight' ? `${limit} %` : String(limit);
}
