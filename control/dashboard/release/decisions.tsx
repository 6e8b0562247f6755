// Why a release is where it is: every verdict on it with its numbers, and what was done.
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { DecisionView } from '../../api/types.ts';
import { clock, count, figure, latencyText, sampleText, shareText } from '../../words.ts';
import { Shown, useAnswer } from '../parts/answer.tsx';
import { Scroll } from './scroll.tsx';
import { VERDICT_KIND } from './stepper.ts';
import './decisions.css';

const MOST = 500;

interface Shape {
  readonly service: string;
  readonly release: number;
  /** When it changes, there may be new decisions; see `stampOf`. */
  readonly stamp: string;
}

/** Every decision on a release, the newest first; looks that changed nothing are folded away. */
export function Decisions({ service, release, stamp }: Shape) {
  const id = useId();
  const asked = useAnswer<{ decisions: DecisionView[] }>(
    `/services/${encodeURIComponent(service)}/releases/${release}/decisions?limit=${MOST}`,
  );
  useReload(asked.reload, stamp);
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>Why: decisions on release {release}</h2>
      <Shown asked={asked}>{({ decisions }) => <List decisions={decisions} />}</Shown>
    </section>
  );
}

/** Asks again whenever something is stamped anew. */
export function useReload(reload: () => void, stamp: string): void {
  const last = useRef(stamp);
  useEffect(() => {
    if (last.current === stamp) return;
    last.current = stamp;
    reload();
  }, [reload, stamp]);
}

function List({ decisions }: { readonly decisions: readonly DecisionView[] }) {
  const [isAll, setIsAll] = useState(false);
  const looks = decisions.filter(({ routine }) => routine).length;
  const shown = decisions.filter(({ routine }) => isAll || !routine).toReversed();
  return (
    <>
      {shown.length === 0 && <p class="dim">Nothing was decided yet.</p>}
      <ol class="decisions">
        {shown.map((decision) => (
          <Decision key={`${decision.at} ${decision.did} ${decision.stage}`} decision={decision} />
        ))}
      </ol>
      {looks > 0 && (
        <button type="button" aria-expanded={isAll} onClick={() => setIsAll(!isAll)}>
          {isAll ? 'Hide' : 'Show'} {count(looks, 'routine look')}
        </button>
      )}
      {decisions.length === MOST && <p class="hint">The newest {MOST} are shown.</p>}
    </>
  );
}

function Decision({ decision }: { readonly decision: DecisionView }) {
  const { at, stage, did, verdict, reason, candidate, active, evidence, threshold, rule } = decision;
  return (
    <li>
      <p>
        <time dateTime={at} class="dim">
          {clock(at)}
        </time>{' '}
        <span class="dim">stage {stage}:</span> <strong>{did}</strong>{' '}
        <span class={`badge ${VERDICT_KIND[verdict]}`}>{verdict}</span>
      </p>
      <p>{reason}</p>
      <p class="dim">
        {candidate.slot}: {sampleText(candidate.requests, candidate.errors)} · {active.slot}:{' '}
        {sampleText(active.requests, active.errors)}
        {evidence !== null && ` · evidence ${figure(evidence)} of ${figure(threshold)}`}
        {rule !== null && evidence !== null && evidence > 1 && `, loudest is ${rule}`}
      </p>
      <Grounds decision={decision} />
    </li>
  );
}

/** What a decision went by. */
function Grounds({ decision }: { readonly decision: DecisionView }) {
  const { tests, samples } = decision;
  if (tests.length + samples.length === 0) return null;
  const parts = [
    ...(tests.length > 0 ? [count(tests.length, 'test')] : []),
    ...(samples.length > 0 ? [count(samples.length, 'bad request')] : []),
  ];
  return (
    <details>
      <summary>{parts.join(', ')}</summary>
      {tests.length > 0 && <Tests decision={decision} />}
      {samples.length > 0 && <Samples decision={decision} />}
    </details>
  );
}

function Tests({ decision: { at, tests, rule, candidate, active } }: { readonly decision: DecisionView }) {
  const badOf = ({ requests, bad, share }: DecisionView['tests'][number]['active']) =>
    requests === 0 ? '–' : `${bad} of ${requests} (${shareText(share)})`;
  return (
    <Scroll name={`Tests of ${clock(at)}`}>
      <thead>
        <tr>
          <th scope="col">Test</th>
          <th scope="col" class="num">
            {candidate.slot}, bad
          </th>
          <th scope="col" class="num">
            {active.slot}, bad
          </th>
          <th scope="col" class="num">
            Evidence
          </th>
        </tr>
      </thead>
      <tbody>
        {tests
          .toSorted((a, b) => b.evidence - a.evidence)
          .map((test) => (
            <tr key={test.test}>
              <th scope="row">
                {test.test}
                {test.test === rule && ' (loudest)'}
              </th>
              <td class="num">{badOf(test.candidate)}</td>
              <td class="num">{badOf(test.active)}</td>
              <td class="num">{figure(test.evidence)}</td>
            </tr>
          ))}
      </tbody>
    </Scroll>
  );
}

function Samples({ decision: { at, samples, candidate } }: { readonly decision: DecisionView }) {
  return (
    <Scroll name={`Bad requests of ${clock(at)}`}>
      <caption>What went badly on {candidate.slot}, masked</caption>
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col" class="num">
            Took
          </th>
          <th scope="col">Path</th>
          <th scope="col">Ray</th>
        </tr>
      </thead>
      <tbody>
        {samples.map(({ status, milliseconds, path, ray }, i) => (
          <tr key={`${i} ${ray}`}>
            <td>{status === 0 ? 'no answer' : status}</td>
            <td class="num">{latencyText(milliseconds)}</td>
            <td>
              <code>{path}</code>
            </td>
            <td>
              <code>{ray === '' ? '–' : ray}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </Scroll>
  );
}
