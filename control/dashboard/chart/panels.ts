// The three charts as data: columns, axes and objectives. Pure.
import type { ServiceView } from '../../api/types.ts';
import { exactShare, latencyText, shareText } from '../../words.ts';
import { type Axis, cube, latencyAxis, log, power, rateAxis, rateTick, root, shareAxis } from './axes.ts';
import { type Figures, figuresOf, type Quantile, STEADY_MS } from './figures.ts';
import { columnOf, middleOf, type Row } from './rows.ts';

/** The charts, from above. */
export const PANELS = ['rate', 'share', 'latency'] as const;

/** A chart. */
export type PanelName = (typeof PANELS)[number];

/** What holds of a chart whatever it shows. */
export interface Kind {
  /** Values to distances along the axis, and back. */
  readonly forth: (value: number) => number;
  readonly back: (value: number) => number;
  /** What stands at a tick. */
  readonly tick: (value: number) => string;
}

/** What each chart is by itself. */
export const KINDS: Readonly<Record<PanelName, Kind>> = {
  rate: { forth: (rate) => rate, back: (rate) => rate, tick: rateTick },
  share: { forth: root, back: cube, tick: shareText },
  latency: { forth: log, back: power, tick: latencyText },
};

/** A level that should not be passed. */
export interface Objective {
  readonly at: number;
  readonly text: string;
}

/** What a chart shows. */
interface Panel {
  readonly axis: Axis;
  /** By slot, row by row. */
  readonly columns: readonly (readonly (number | null | undefined)[])[];
  readonly objectives: readonly Objective[];
}

/** What all charts show at one time. */
export interface Shown {
  readonly slots: readonly string[];
  readonly rows: readonly Row[];
  /** By slot, row by row. */
  readonly figures: readonly (readonly Figures[])[];
  /** Times of the rows, seconds. */
  readonly at: readonly number[];
  readonly panels: Readonly<Record<PanelName, Panel>>;
}

/** What is shown of rows. */
export interface Wanted {
  /** ms; rows that end before it only count for what is told of later ones. */
  readonly from: number;
  readonly quantile: Quantile;
  /** Whether there may be rows of whole minutes, which short ones are to be like. */
  readonly isCoarse: boolean;
  readonly slo: ServiceView['health']['slo'];
  /** Slots that are left out where they have no request: nobody is sent to them. */
  readonly idle: readonly string[];
}

/** Rows as charts. */
export function shownOf(all: readonly Row[], slots: readonly string[], { from, quantile, isCoarse, slo, idle }: Wanted): Shown {
  const before = all.filter(({ to }) => to <= from).length;
  const rows = all.slice(before);
  const figures = figuresOf(all, slots, isCoarse ? STEADY_MS : 0).map((of) => of.slice(before));
  const columns = (figure: keyof Figures) => figures.map((of) => columnOf(rows, of, figure));
  const [rates, shares, latencies] = [columns('rate'), columns('share'), columns(quantile)];
  const lines = rates.map((column, i) => (idle.includes(slots[i] ?? '') && !column.some(Boolean) ? column.fill(null) : column));
  const errors = [{ at: slo.errorObjective, text: `objective ${exactShare(slo.errorObjective)}` }];
  const slow = slo.latencyObjectives.map(({ overMs, percentile }) => ({
    at: overMs,
    text: `objective p${percentile} ${latencyText(overMs)}`,
    isShown: `p${percentile}` === quantile,
  }));
  // Objectives of other quantiles are drawn where they happen to be, and stretch nothing.
  const meant = slow.filter(({ isShown }) => isShown).map(({ at }) => at);
  return {
    slots,
    rows,
    figures,
    at: rows.map(middleOf),
    panels: {
      rate: { axis: rateAxis(known(lines)), columns: lines, objectives: [] },
      share: { axis: shareAxis([...known(shares), slo.errorObjective]), columns: shares, objectives: errors },
      latency: { axis: latencyAxis([...known(latencies), ...meant]), columns: latencies, objectives: slow },
    },
  };
}

function known(columns: Panel['columns']): number[] {
  return columns.flatMap((column) => column.filter((value) => typeof value === 'number'));
}
