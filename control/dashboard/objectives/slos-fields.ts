// Objectives and guards as a form has them: what was typed over what is set. To the API goes only what differs. Pure.
import { slosBody } from '../../api/schemas.ts';
import type { SlosView } from '../../api/types.ts';
import { areOtherTests, DEFAULT_SLO, type Slo, slosMistake } from '../../core/slo.ts';
import { numberOf, percentText, shareOf } from '../figures.ts';
import { FIGURES, type FigureName, shownOf, textOf, typedOf } from './figures-list.ts';

/** A latency objective: `p99 ≤ 500 ms`, or `at most 1 % over 500 ms`; `key` tells it from the others. */
export interface LatencyFields {
  readonly key: number;
  readonly by: 'percentile' | 'share';
  /** The percentile, or the share in percent. */
  readonly figure: string;
  readonly ms: string;
}

/** What a form holds. */
export type SlosFields = Readonly<Record<FigureName, string>> & { readonly latencyObjectives: readonly LatencyFields[] };

const MIN_BAD_LABEL = FIGURES.find(({ name }) => name === 'minBad')?.label;
const latencies = slosBody.shape.latencyObjectives;

/** Objectives, to be changed. */
export function fieldsOf(slo: SlosView): SlosFields {
  const figures = FIGURES.map((figure) => [figure.name, textOf(figure, slo[figure.name])] as const);
  return {
    ...(Object.fromEntries(figures) as Record<FigureName, string>),
    latencyObjectives: slo.latencyObjectives.map(latencyOf),
  };
}

/** What Sluice sets by itself, to be changed. */
export const DEFAULT_FIELDS: SlosFields = fieldsOf({ ...DEFAULT_SLO, latencyObjectives: [] });

// A percentile has eight digits: a share that takes more is shown as it is.
function latencyOf({ overMs, maxShare, percentile }: SlosView['latencyObjectives'][number], key: number): LatencyFields {
  const ms = String(overMs);
  const asPercentile = latencies.safeParse([{ percentile, maxMs: overMs }]).data?.[0];
  if (asPercentile?.maxShare === maxShare) return { key, by: 'percentile', figure: String(percentile), ms };
  return { key, by: 'share', figure: percentText(maxShare), ms };
}

/** What differs from what is set, as the API takes it: `null` where it is what Sluice sets by itself. Checked by nothing yet. */
export function changesOf(fields: SlosFields, slo: SlosView): Record<string, unknown> {
  const figures = FIGURES.flatMap((figure): [string, unknown][] => {
    // What was emptied is wrong: left out, it would stay as it is unsaid.
    const value = typedOf(figure, fields[figure.name]) ?? '';
    if (value === slo[figure.name]) return [];
    return [[figure.name, value === DEFAULT_SLO[figure.name] ? null : value]];
  });
  const list = fields.latencyObjectives.map(latencyBody);
  const isSame = JSON.stringify(latencies.safeParse(list).data) === JSON.stringify(tests(slo).latencyObjectives);
  const latency = isSame ? {} : { latencyObjectives: list.length === 0 ? null : list };
  return { ...Object.fromEntries(figures), ...latency };
}

function latencyBody({ by, figure, ms }: LatencyFields) {
  if (by === 'share') return { overMs: numberOf(ms) ?? '', maxShare: shareOf(figure) ?? '' };
  return { percentile: numberOf(figure.replace(/^\s*p/i, '')) ?? '', maxMs: numberOf(ms) ?? '' };
}

/** The schema of changes to what is set: they fit each other, too. */
export function schemaFor(slo: SlosView) {
  return slosBody.superRefine((asked, c) => {
    const mistake = slosMistake(after(slo, asked));
    if (mistake === undefined) return;
    const path = mistake.startsWith('perNetworkCap') ? 'perNetworkCap' : 'perVisitorCap';
    // By the names that fields have here.
    const message = mistake.replace(/^\w+ \(\d+\) /, '').replace('minBad', `"${MIN_BAD_LABEL}"`);
    c.addIssue({ code: 'custom', path: [path], message });
  });
}

/** Whether changes make the tests others, so that evidence begins afresh; changes that do not fit do not. */
export function beginsAfresh(changes: object, slo: SlosView): boolean {
  const { data } = slosBody.safeParse(changes);
  return data !== undefined && areOtherTests(tests(slo), after(slo, data));
}

/** Changes in words, before and after: `Hold: 5 min becomes 10 min`. Those that do not fit are left out. */
export function changesText(changes: object, slo: SlosView): string[] {
  const { data } = slosBody.safeParse(changes);
  if (data === undefined) return [];
  const then = after(slo, data);
  const figures = FIGURES.filter(({ name }) => data[name] !== undefined).map(
    (figure) => `${figure.label}: ${shownOf(figure, slo[figure.name])} becomes ${shownOf(figure, then[figure.name])}`,
  );
  if (data.latencyObjectives === undefined) return figures;
  return [...figures, `Latency objectives: ${listText(tests(slo))} becomes ${listText(then)}`];
}

/** `at most 1 % over 500 ms`. */
export function latencyText({ overMs, maxShare }: Slo['latencyObjectives'][number]): string {
  return `at most ${percentText(maxShare)} % over ${overMs} ms`;
}

function listText({ latencyObjectives }: Slo): string {
  return latencyObjectives.map(latencyText).join(', ') || 'none';
}

type Asked = { readonly [K in keyof Slo]?: Slo[K] | null | undefined };

/** What is set after changes. */
function after(slo: SlosView, asked: Asked): Slo {
  const given = Object.entries(asked).filter(([name, value]) => value !== undefined && Object.hasOwn(DEFAULT_SLO, name));
  return { ...tests(slo), ...Object.fromEntries(given.map(([name, value]) => [name, value ?? DEFAULT_SLO[name as keyof Slo]])) };
}

// Percentiles are only shown.
function tests({ latencyObjectives, ...slo }: SlosView): Slo {
  return { ...slo, latencyObjectives: latencyObjectives.map(({ overMs, maxShare }) => ({ overMs, maxShare })) };
}
