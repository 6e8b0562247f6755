// Every line that router and control log: one JSON object, so that it can be searched by its fields. Must never throw, nor
// tell a secret: callers hand in no header, query or body, and what errors say by themselves is masked and cut short.

/** How grave it is; the console method of that name gets the line. */
export type Level = 'info' | 'warn' | 'error';

/** What a line says beside its message. `undefined` fields are left out. */
export interface Details {
  readonly service?: string;
  readonly requestId?: string | undefined;
  /** Whatever was thrown: its name, message and the first lines of its stack are told. */
  readonly error?: unknown;
  readonly level?: never;
  readonly message?: never;
  readonly [field: string]: unknown;
}

const MAX_TEXT = 500;
const MAX_FIELD = 2_000;
const STACK_LINES = 5;

/** What may hold somebody's secret in the words of an error, and what is told in its place. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  // A token of control, also where somebody put it into a path, and the secret of a webhook.
  [/\bslu_([a-z0-9]{12})_[\w-]+/g, 'slu_$1_…'],
  [/\bwhsec_[A-Za-z0-9+/=]+/g, 'whsec_…'],
  [/\?[^\s"'<>)]+/g, '?…'],
  [/\b(bearer|basic)\s+[^\s"',]+/gi, '$1 …'],
  [/\b(authorization|(?:set-)?cookie)["']?\s*[:=].*/gi, '$1: …'],
  [/(token|secret|password|signature)["']?\s*[:=]\s*["']?[^\s"'&,;]+/gi, '$1=…'],
  // The runtime quotes what it could not parse, which may be a body.
  [/(?:\.{3})?"[\s\S]*"(?:\.{3})? is not valid JSON/g, 'a text that is not valid JSON'],
];

/** Logs a line. @param message one sentence; what differs from case to case goes into `details` where it can */
export function log(level: Level, message: string, { error, ...details }: Details = {}): void {
  try {
    const told = error === undefined ? details : { ...details, error: errorOf(error) };
    const fields = Object.entries({ level, message, ...told }).filter(([, value]) => value !== undefined);
    console[level](`{${fields.map(([name, value]) => `${JSON.stringify(name)}:${jsonOf(value)}`).join(',')}}`);
  } catch {
    // What a line tells of must not fail for the line.
  }
}

function errorOf(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack = '' } = error;
  const lines = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    name,
    message,
    stack: lines
      .slice(0, STACK_LINES)
      .map((line) => line.trim())
      .join('\n'),
  };
}

function jsonOf(value: unknown): string {
  try {
    const json = JSON.stringify(value, plain) ?? 'null';
    return json.length <= MAX_FIELD ? json : JSON.stringify(`${json.slice(0, MAX_FIELD)}…`);
  } catch {
    return '"cannot be written"';
  }
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'string') return value;
  const masked = MASKS.reduce((text, [secret, shown]) => text.replace(secret, shown), value.slice(0, MAX_FIELD));
  return masked.length <= MAX_TEXT ? masked : `${masked.slice(0, MAX_TEXT)}…`;
}
