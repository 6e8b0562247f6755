// Objectives and guards of a service, to be changed. What will be set is said before it is sent, since evidence may begin afresh.
import { useMemo, useRef, useState } from 'preact/hooks';
import type { ServiceView, SlosSetView, SlosView } from '../../api/types.ts';
import { useChecked } from '../parts/checked.ts';
import { type Issues, Refusal } from '../parts/form.tsx';
import { focusFirstWrong } from '../parts/form-dialog.tsx';
import { ReasonField } from '../parts/inputs.tsx';
import { useSession } from '../session.tsx';
import { FigureField } from './figure-field.tsx';
import { ERROR_FIGURES, FIGURES, type Figure, GUARD_FIGURES, LATENCY_FIGURE } from './figures-list.ts';
import { LatencyRows } from './latency-rows.tsx';
import { beginsAfresh, changesOf, changesText, fieldsOf, type SlosFields, schemaFor } from './slos-fields.ts';

interface Shape {
  readonly service: ServiceView;
  /** They were set. */
  readonly done: (slos: SlosSetView) => void;
}

const NOTHING: Partial<SlosFields> = {};

/** The form. What nobody typed into follows what is set, whoever set it. */
export function SlosForm({ service, done }: Shape) {
  const { api } = useSession();
  const { health, release } = service;
  // What was set just now holds until the service is heard of again.
  const [last, setLast] = useState<{ readonly slo: SlosView; readonly over: ServiceView } | null>(null);
  const slo = last?.over === service ? last.slo : health.slo;
  const form = useRef<HTMLFormElement>(null);
  const [typed, setTyped] = useState(NOTHING);
  const [reason, setReason] = useState('');
  const fields: SlosFields = { ...fieldsOf(slo), ...typed };
  const set = (changed: Partial<SlosFields>) => setTyped((last) => ({ ...last, ...changed }));
  const changes = changesOf(fields, slo);
  const body = { ...changes, reason: reason.trim() || null };
  const schema = useMemo(() => schemaFor(slo), [slo]);
  const checked = useChecked(schema, body);
  const undo = () => {
    setTyped(NOTHING);
    setReason('');
  };
  const send = async () => {
    const path = `/services/${encodeURIComponent(service.service)}/slos`;
    const isTaken = await checked.send(async () => {
      const answer = await api.call<SlosSetView>('PUT', path, body);
      setLast({ slo: answer, over: service });
      undo();
      done(answer);
    });
    if (!isTaken) requestAnimationFrame(() => focusFirstWrong(form.current));
  };
  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Sections fields={fields} issues={checked.issues} set={set} />
      {Object.keys(changes).length > 0 && (
        <section class="card objective-changes" aria-label="What will be set">
          <Review
            changes={changesText(changes, slo)}
            afresh={beginsAfresh(changes, slo) ? health.watches.map(({ slot }) => slot) : null}
            isReleasing={release !== null && release.endedAt === null && release.stage !== null}
          />
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
      )}
    </form>
  );
}

const SHOWN = new RegExp(`^(reason|latencyObjectives(\\.\\d+(\\.\\w+)?)?|${FIGURES.map(({ name }) => name).join('|')})$`);

interface SectionsShape {
  readonly fields: SlosFields;
  readonly issues: Issues;
  readonly set: (changed: Partial<SlosFields>) => void;
}

function Sections({ fields, issues, set }: SectionsShape) {
  const fieldOf = (figure: Figure) => (
    <FigureField key={figure.name} figure={figure} value={fields[figure.name]} issue={issues[figure.name]} set={set} />
  );
  return (
    <>
      <section class="card">
        <h2>Errors</h2>
        <div class="objective-grid">{ERROR_FIGURES.map(fieldOf)}</div>
      </section>
      <section class="card">
        <h2>Latency</h2>
        <LatencyRows rows={fields.latencyObjectives} issues={issues} set={(latencyObjectives) => set({ latencyObjectives })} />
        <div class="objective-grid">{fieldOf(LATENCY_FIGURE)}</div>
      </section>
      <section class="card">
        <h2>Guards</h2>
        <p class="dim">Evidence alone is not enough: each of these keeps a healthy slot from being rolled back.</p>
        <div class="objective-grid">{GUARD_FIGURES.map(fieldOf)}</div>
      </section>
    </>
  );
}

interface ReviewShape {
  readonly changes: readonly string[];
  /** Slots under watch, where the tests become others; none where they stay. */
  readonly afresh: readonly string[] | null;
  /** Whether a release is in a stage. */
  readonly isReleasing: boolean;
}

function Review({ changes, afresh, isReleasing }: ReviewShape) {
  const sample = isReleasing ? ', and so does the sample of the stage that the release is in' : '';
  return (
    <>
      <h2>What will be set</h2>
      {changes.length === 0 ? (
        <p>Something does not fit yet.</p>
      ) : (
        <ul>
          {changes.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      {afresh !== null && (
        <p class="objective-afresh">
          {afresh.length === 0
            ? 'The tests become others. No slot is watched now, so no evidence is lost.'
            : `The tests become others: evidence on ${afresh.join(', ')} begins afresh${sample}.`}
        </p>
      )}
    </>
  );
}
