// What will be set of objectives, before it is: what becomes what, whose evidence begins afresh, and why it is done.
import { useRef } from 'preact/hooks';
import type { ServiceView, SlosView } from '../../api/types.ts';
import { count } from '../../words.ts';
import type { Checked } from '../parts/checked.ts';
import { Refusal } from '../parts/form.tsx';
import { ReasonField } from '../parts/inputs.tsx';
import { FIGURES } from './figures-list.ts';
import { beginsAfresh, changesText } from './slos-fields.ts';

interface Shape {
  readonly service: ServiceView;
  /** What is set now. */
  readonly slo: SlosView;
  readonly changes: object;
  readonly checked: Checked;
  readonly reason: string;
  readonly setReason: (reason: string) => void;
  readonly undo: () => void;
}

/** Fields that say what is wrong with them. */
const SHOWN = new RegExp(`^(reason|latencyObjectives(\\.\\d+(\\.\\w+)?)?|${FIGURES.map(({ name }) => name).join('|')})$`);

/** The end of the form of objectives, with a line that says so wherever one is in it. */
export function SlosChanges({ service, slo, changes, checked, reason, setReason, undo }: Shape) {
  const review = useRef<HTMLElement>(null);
  const number = Object.keys(changes).length;
  return (
    <>
      <div class="card objective-unset">
        {count(number, 'change')} not set yet
        <button type="button" onClick={() => review.current?.focus()}>
          Look at {number === 1 ? 'it' : 'them'}
        </button>
      </div>
      <section class="card objective-changes" aria-label="What will be set" tabIndex={-1} ref={review}>
        <Review service={service} slo={slo} changes={changes} />
        <ReasonField value={reason} set={setReason} issue={checked.issues.reason} />
        <Refusal sending={checked} shown={Object.keys(checked.issues).filter((path) => SHOWN.test(path))} />
        <div class="buttons">
          <button type="submit" class="main" disabled={checked.isBusy}>
            Set objectives of {service.service}
          </button>
          <button type="button" onClick={undo}>
            Undo
          </button>
        </div>
      </section>
    </>
  );
}

function Review({ service, slo, changes }: Pick<Shape, 'service' | 'slo' | 'changes'>) {
  const lines = changesText(changes, slo);
  return (
    <>
      <h2>What will be set</h2>
      {lines.length === 0 && <p>Something does not fit yet.</p>}
      <ul>
        {lines.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      {beginsAfresh(changes, slo) && <p class="objective-afresh">The tests become others{afreshText(service)}</p>}
    </>
  );
}

function afreshText({ health: { watches }, release }: ServiceView): string {
  if (watches.length === 0) return '. No slot is watched now, so no evidence is lost.';
  const isInStage = release !== null && release.endedAt === null && release.stage !== null;
  const sample = isInStage ? ', and so does the sample of the stage that the release is in' : '';
  return `: evidence on ${watches.map(({ slot }) => slot).join(', ')} begins afresh${sample}.`;
}
