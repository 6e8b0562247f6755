// Evidence against each slot under judgement, as gauges on their way to a rollback.
import { useId } from 'preact/hooks';
import type { ServiceView, WatchView } from '../../api/types.ts';
import { count, exactShare, figure, latencyText, shareText } from '../../words.ts';
import { useNow } from '../parts/clock.ts';
import { VerdictBadge } from '../parts/state-badge.tsx';
import { Table } from '../parts/table.tsx';
import { gaugeOf, heldText, sampledText, watchAbout, watchTitle, whyNothing } from './gauge.ts';
import './evidence.css';

/** One gauge for each watch of a service; without one, why nothing is judged. */
export function Evidence({ service }: { readonly service: ServiceView }) {
  const { watches } = service.health;
  const id = useId();
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>Evidence</h2>
      {watches.length === 0 && <p class="dim">Nothing is judged now. {whyNothing(service)}</p>}
      {watches.map((watch) => (
        <Watch key={`${watch.kind} ${watch.slot}`} watch={watch} service={service} />
      ))}
    </section>
  );
}

function Watch({ watch, service }: { readonly watch: WatchView; readonly service: ServiceView }) {
  const now = useNow();
  const held = heldText(watch, service, now);
  return (
    <div class="evidence">
      <h3>
        {watchTitle(watch, service.release)} <VerdictBadge verdict={watch.verdict} />
      </h3>
      <Meter watch={watch} />
      {held !== '' && <p class="notice warn">{held}</p>}
      <p>{sampledText(watch)}</p>
      <p class="dim">
        {watchAbout(watch, service, now)}
        {watch.capped > 0 && ` ${count(watch.capped, 'bad request')} of the same few visitors counted as good.`}
      </p>
      <Objectives watch={watch} />
      <Tests watch={watch} />
    </div>
  );
}

/** The gauge; what it shows is said beside it, too. */
function Meter({ watch: { slot, evidence, threshold, cause } }: { readonly watch: WatchView }) {
  const { share, kind, text, ticks } = gaugeOf(evidence, threshold);
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: browsers draw a <meter> each in their own way, and colour it by rules of their own. */}
      <div
        class={`evidence-meter ${kind}`}
        role="meter"
        aria-label={`Evidence against ${slot}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        aria-valuetext={text}
      >
        <div style={{ width: `${share * 100}%` }} />
      </div>
      <div class="evidence-ticks" aria-hidden="true">
        {ticks.map((tick) => (
          <span key={tick.text} style={{ left: `${tick.share * 100}%` }}>
            {tick.text}
          </span>
        ))}
      </div>
      <p>
        <strong>{text.charAt(0).toUpperCase() + text.slice(1)}</strong>
        {share > 0 && <>; loudest is {cause}</>}.
      </p>
    </>
  );
}

function Objectives({ watch: { slos, slot } }: { readonly watch: WatchView }) {
  return (
    <Table name={`Objectives of ${slot}`} heads={['Objective', { num: 'Observed' }, { num: 'At most' }, 'Verdict']}>
      {slos.map(({ overMs, observed, objective, verdict, needs }) => (
        <tr key={String(overMs)}>
          <th scope="row">{overMs === null ? 'failed requests' : `over ${latencyText(overMs)}`}</th>
          <td class="num">{shareText(observed)}</td>
          <td class="num">{exactShare(objective)}</td>
          <td>
            <VerdictBadge verdict={verdict} />
            {verdict === 'insufficient' && needs > 0 && <span class="dim"> needs {needs} more</span>}
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Tests({ watch: { tests, slot, returnTo } }: { readonly watch: WatchView }) {
  const loudestFirst = tests.toSorted((a, b) => b.evidence - a.evidence);
  return (
    <details>
      <summary>{count(tests.length, 'test')}, whose mean is the evidence</summary>
      <Table
        name={`Tests of ${slot}`}
        heads={['Test', { num: `${slot}, bad` }, { num: `${returnTo}, bad` }, 'Allowed', { num: 'Evidence' }]}
      >
        {loudestFirst.map((test) => (
          <tr key={test.test}>
            <th scope="row">{test.test}</th>
            <td class="num">{test.requests === 0 ? '–' : `${test.bad} of ${test.requests} (${shareText(test.observed)})`}</td>
            <td class="num">{test.active === null ? '–' : shareText(test.active)}</td>
            <td>{allowedText(test)}</td>
            <td class="num">{figure(test.evidence)}</td>
          </tr>
        ))}
      </Table>
    </details>
  );
}

function allowedText({ objective, ratio, slowerThanMs }: WatchView['tests'][number]): string {
  const limit = slowerThanMs == null ? '' : latencyText(slowerThanMs);
  if (objective !== undefined) return `${exactShare(objective)}${limit === '' ? '' : ` over ${limit}`}`;
  if (slowerThanMs === undefined) return `${ratio} times as many`;
  return limit === '' ? 'not known yet' : `${ratio} times as long: ${limit}`;
}
