// The live chart of a service: requests, error share and latency of each slot, with what was changed meanwhile.
import { useMemo, useRef, useState } from 'preact/hooks';
import type { ServiceView } from '../../api/types.ts';
import { useNow } from '../parts/clock.ts';
import type { LiveService } from '../parts/live-service.ts';
import { Notice } from '../parts/notice.tsx';
import type { Change } from './changes.ts';
import { Charts } from './charts.tsx';
import { Choice } from './choice.tsx';
import { Changes, Minutes } from './details.tsx';
import { type Figures, QUANTILES, type Quantile, STEADY_MS } from './figures.ts';
import { Legend } from './legend.tsx';
import { type Shown, shownOf } from './panels.ts';
import { endOf, nearest, newest, rowsOf, type Span } from './rows.ts';
import { chartText, rangeText } from './summary.ts';
import { FINE_MINUTES, useSeen, useTraffic } from './traffic.ts';
import './chart.css';

const RANGES = [15, 60, 360] as const;
const MINUTE_MS = 60_000;
/** Changes so near to the cursor are told with it, as a part of the range. */
const NEAR = 1 / 200;

interface Shape {
  readonly service: ServiceView;
  readonly live: LiveService;
}

/** The chart; as long as nobody can see the page it stays as it is. */
export function LiveChart({ service, live }: Shape) {
  const isSeen = useSeen();
  const seen = useRef({ service, live });
  if (isSeen) seen.current = { service, live };
  const { current } = seen;
  return useMemo(
    () => <Chart service={current.service} live={current.live} isSeen={isSeen} />,
    [current.service, current.live, isSeen],
  );
}

function Chart({ service, live, isSeen }: Shape & { readonly isSeen: boolean }) {
  const [wanted, setWanted] = useState<number>(RANGES[0]);
  const [quantile, setQuantile] = useState<Quantile>(QUANTILES[0] ?? 'p99');
  const [cursor, setCursor] = useState<number | null>(null);
  const { minutes, spans, changes: known, failure } = useTraffic(service.service, wanted, live);
  const now = useNow(isSeen);
  const to = endOf(now, live.staleSince, spans);
  const from = to - minutes * MINUTE_MS;
  const isCoarse = minutes > FINE_MINUTES;
  const shown = useShown(service, { spans, from, to, quantile, isCoarse });
  const changes = useMemo(() => known.filter(({ at }) => at >= from && at <= to), [known, from, to]);
  const texts = useMemo(() => {
    const text = (figure: keyof Figures) => chartText(figure, shown, minutes);
    return { rate: text('rate'), share: text('share'), latency: text(quantile) };
  }, [shown, minutes, quantile]);
  const { rows, slots } = shown;
  const pointed = cursor === null ? -1 : nearest(rows, cursor);
  const told = pointed < 0 ? newest(rows) : pointed;
  const near = pointed < 0 ? [] : changes.filter((change) => isNear(change, shown.at[pointed] ?? 0, minutes));
  const view = { shown, from, to, changes, cursor: pointed < 0 ? null : pointed };
  return (
    <section class="card chart" aria-labelledby="chart-title">
      <div class="chart-head">
        <h2 id="chart-title">Traffic</h2>
        <Choice label="Range" values={RANGES} value={wanted} name={rangeText} choose={setWanted} />
      </div>
      {failure !== null && <Notice kind="warn">The chart may lack something: {failure.message}</Notice>}
      <Legend shown={shown} at={told} isNow={pointed < 0} changes={near} />
      {spans === null ? (
        <p class="chart-wait dim">{failure === null && 'Loading…'}</p>
      ) : (
        <Charts
          key={slots.join(' ')}
          view={view}
          texts={texts}
          isCoarse={isCoarse}
          quantile={quantile}
          setQuantile={setQuantile}
          move={setCursor}
        />
      )}
      <Changes changes={changes} minutes={minutes} />
      <Minutes rows={rows} slots={slots} now={to} />
    </section>
  );
}

interface Asked {
  readonly spans: readonly Span[] | null;
  readonly from: number;
  readonly to: number;
  readonly quantile: Quantile;
  readonly isCoarse: boolean;
}

/** What the charts show; anew only for what they show of the service, which comes as another one each second. */
function useShown({ slots: names, split, health }: ServiceView, { spans, from, to, quantile, isCoarse }: Asked): Shown {
  const known = JSON.stringify([Object.keys(names), split.weights, health.slo]);
  return useMemo(() => {
    const slots = Object.keys(names);
    const idle = slots.filter((slot) => (split.weights[slot] ?? 0) === 0);
    const rows = rowsOf(spans ?? [], from - STEADY_MS, to);
    return shownOf(rows, slots, { from, quantile, isCoarse, slo: health.slo, idle });
  }, [spans, from, to, quantile, isCoarse, known]);
}

function isNear({ at }: Change, seconds: number, minutes: number): boolean {
  return Math.abs(at / 1000 - seconds) <= Math.max(minutes * 60 * NEAR, 2.5);
}
