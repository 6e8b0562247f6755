// Why a release is where it is: every verdict on it with its numbers, and what was done.
import { useId, useState } from 'preact/hooks';
import type { DecisionView } from '../../api/types.ts';
import { clock, count, figure, latencyText, sampleText, shareText } from '../../words.ts';
import { Shown, useAnswer } from '../parts/answer.tsx';
import { VerdictBadge } from '../parts/state-badge.tsx';
import { Table } from '../parts/table.tsx';
import { When } from '../parts/when.tsx';
import { servicePath } from '../service-path.ts';
import './decisions.css';

const MOST = 500;
const EVERY_MS = 60_000;

interface Shape {
  readonly service: string;
  readonly release: number;
  /** When it changes, there may be new decisions; see `stampOf`. */
  readonly stamp: string;
}

/** Every decision on a release, the newest first; looks that changed nothing are shown if asked for. */
export function Decisions({ service, release, stamp }: Shape) {
  const id = useId();
  const [isAll, setIsAll] = useState(false);
  // Looks come each minute, also all night long: they must not push out what was decided before.
  const path = `${servicePath(service)}/releases/${release}/decisions?limit=${MOST}&routine=${isAll}`;
  const asked = useAnswer<{ decisions: DecisionView[] }>(path, isAll ? EVERY_MS : undefined, stamp);
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>Why: decisions on release {release}</h2>
      <Shown asked={asked}>{({ decisions }) => <List decisions={decisions} />}</Shown>
      <button type="button" aria-pressed={isAll} onClick={() => setIsAll(!isAll)}>
        With looks that changed nothing
      </button>
    </section>
  );
}

function List({ decisions }: { readonly decisions: readonly DecisionView[] }) {
  const shown = decisions.toReversed();
  return (
    <>
      {shown.length === 0 && <p class="dim">Nothing was decided yet.</p>}
      <ol class="decisions">
        {shown.map((decision) => (
          <Decision key={`${decision.at} ${decision.did} ${decision.stage}`} decision={decision} />
        ))}
      </ol>
      {decisions.length === MOST && <p class="hint">The newest {MOST} are shown.</p>}
    </>
  );
}

function Decision({ decision }: { readonly decision: DecisionView }) {
  const { at, stage, did, verdict, reason, candidate, active, evidence, threshold, rule } = decision;
  return (
    <li>
      <p>
        <span class="dim">
          <When at={at} /> stage {stage}:
        </span>{' '}
        <strong>{did}</strong> <VerdictBadge verdict={verdict} />
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
    <Table
      name={`Tests of ${clock(at)}`}
      heads={['Test', { num: `${candidate.slot}, bad` }, { num: `${active.slot}, bad` }, { num: 'Evidence' }]}
    >
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
    </Table>
  );
}

function Samples({ decision: { at, samples, candidate } }: { readonly decision: DecisionView }) {
  return (
    <Table
      name={`Bad requests of ${clock(at)}`}
      caption={<caption>What went badly on {candidate.slot}, masked</caption>}
      heads={['Status', { num: 'Took' }, 'Path', 'Ray']}
    >
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
    </Table>
  );
}
