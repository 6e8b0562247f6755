// The text format of Prometheus, read by its letter: whatever https://prometheus.io/docs/instrumenting/exposition_formats/
// does not allow, or asks for and is not there, throws with the line.

/** What a text says. */
export interface Read {
  /** Series, as it is written, → value. */
  readonly series: ReadonlyMap<string, number>;
  /** Family → type, in order. */
  readonly types: ReadonlyMap<string, string>;
  /** Family → help, unescaped. */
  readonly helps: ReadonlyMap<string, string>;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
const VALUE = '[+-]Inf|NaN|-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?';
const HELP_LINE = new RegExp(`^# HELP (${NAME}) ((?:[^\\\\]|\\\\[\\\\n])+)$`);
const TYPE_LINE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram)$`);
const SAMPLE_LINE = new RegExp(`^((${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})?) (${VALUE})$`);

/** Reads a text. @throws at the first thing that is not as it must be */
export function strictly(text: string): Read {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line does not end');
  const series = new Map<string, number>();
  const types = new Map<string, string>();
  const helps = new Map<string, string>();
  let family = '';
  let open = '';
  for (const line of text.split('\n').slice(0, -1)) {
    const fail = (why: string): never => {
      throw new Error(`${why}: ${line}`);
    };
    const [, helped, help = ''] = HELP_LINE.exec(line) ?? [];
    const [, typed, type = ''] = TYPE_LINE.exec(line) ?? [];
    const [, name, of = '', labels = '', value = ''] = SAMPLE_LINE.exec(line) ?? [];
    if (helped !== undefined) {
      if (open !== '') fail(`${open} has no sample`);
      if (helps.has(helped)) fail('a family comes twice');
      helps.set(helped, unescaped(help));
      family = helped;
      open = helped;
    } else if (typed !== undefined) {
      if (typed !== family || types.has(typed)) fail('a type stands elsewhere than behind its help');
      types.set(typed, type);
    } else if (name !== undefined) {
      const own = types.get(family) === 'histogram' ? [`${family}_bucket`, `${family}_sum`, `${family}_count`] : [family];
      if (!own.includes(of) || !types.has(family)) fail('a sample stands outside of its family');
      if (series.has(name)) fail('a series comes twice');
      const labelNames = [...labels.matchAll(/(?:^|,)([a-zA-Z0-9_]+)="/g)].map(([, label]) => label);
      if (new Set(labelNames).size !== labelNames.length) fail('a label comes twice');
      series.set(name, numberOf(value));
      open = '';
    } else fail('no line of the format');
  }
  if (open !== '') throw new Error(`${open} has no sample`);
  for (const [name, type] of types) soundFamily(name, type, series);
  return { series, types, helps };
}

/** The series that only grow. */
export function countersOf({ series, types }: Read): Map<string, number> {
  const isCounter = (name: string) => {
    const of = name.replace(/\{.*/s, '');
    return types.get(of) === 'counter' || types.get(of.replace(/_(bucket|sum|count)$/, '')) === 'histogram';
  };
  return new Map([...series].filter(([name]) => isCounter(name)));
}

function soundFamily(name: string, type: string, series: Read['series']): void {
  if (type === 'counter' && !name.endsWith('_total')) throw new Error(`${name} is a counter`);
  if (type !== 'counter' && name.endsWith('_total')) throw new Error(`${name} is no counter`);
  if (type === 'histogram') soundHistogram(name, series);
  for (const [of, value] of series)
    if (type === 'counter' && of.startsWith(`${name}{`) && !(value >= 0 && Number.isFinite(value)))
      throw new Error(`${of} is ${value}`);
}

function soundHistogram(name: string, series: Read['series']): void {
  const bySet = new Map<string, [le: number, count: number][]>();
  for (const [of, value] of series) {
    const [, rest = '', le = ''] = /^[^{]*_bucket\{(.*),le="([^"]*)"\}$/.exec(of.startsWith(`${name}_bucket`) ? of : '') ?? [];
    if (le !== '') bySet.set(rest, [...(bySet.get(rest) ?? []), [numberOf(le), value]]);
  }
  if (bySet.size === 0) throw new Error(`${name} has no buckets`);
  for (const [labels, buckets] of bySet) {
    const rises = buckets.every(([le, count], i) => {
      const [before, less] = buckets[i - 1] ?? [Number.NEGATIVE_INFINITY, 0];
      return le > before && count >= less;
    });
    if (!rises) throw new Error(`${name}{${labels}} is not cumulative: ${JSON.stringify(buckets)}`);
    const [le, all] = buckets.at(-1) ?? [];
    if (le !== Number.POSITIVE_INFINITY || all !== series.get(`${name}_count{${labels}}`))
      throw new Error(`${name}{${labels}}: +Inf is not the count`);
    if (!((series.get(`${name}_sum{${labels}}`) ?? -1) >= 0)) throw new Error(`${name}{${labels}} has no sum`);
  }
}

function numberOf(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}

function unescaped(text: string): string {
  return text.replace(/\\([\\n])/g, (_, c) => (c === 'n' ? '\n' : c));
}
