// Objectives and guards of a service, to be changed. What will be set is said before it is sent, since evidence may begin afresh.
import { useMemo, useState } from 'preact/hooks';
import type { ServiceView, SlosSetView, SlosView } from '../../api/types.ts';
import { useChecked } from '../parts/checked.ts';
import { CheckedForm } from '../parts/checked-form.tsx';
import type { Issues } from '../parts/form.tsx';
import { servicePath } from '../service-path.ts';
import { useSession } from '../session.tsx';
import { FigureField } from './figure-field.tsx';
import { ERROR_FIGURES, type Figure, GUARD_FIGURES, LATENCY_FIGURE } from './figures-list.ts';
import { LatencyRows } from './latency-rows.tsx';
import { SlosChanges } from './slos-changes.tsx';
import { changesOf, fieldsOf, type SlosFields, schemaFor } from './slos-fields.ts';

interface Shape {
  readonly service: ServiceView;
  /** They were set. */
  readonly done: (slos: SlosSetView) => void;
}

const NOTHING: Partial<SlosFields> = {};

/** The form. What nobody typed into follows what is set, whoever set it. */
export function SlosForm({ service, done }: Shape) {
  const { api } = useSession();
  // What was set just now holds until the service is heard of again.
  const [last, setLast] = useState<{ readonly slo: SlosView; readonly over: ServiceView } | null>(null);
  const slo = last?.over === service ? last.slo : service.health.slo;
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
  const call = async () => {
    const answer = await api.call<SlosSetView>('PUT', `${servicePath(service.service)}/slos`, body);
    setLast({ slo: answer, over: service });
    undo();
    done(answer);
  };
  return (
    <CheckedForm checked={checked} call={call}>
      <Sections fields={fields} issues={checked.issues} set={set} />
      {Object.keys(changes).length > 0 && <SlosChanges {...{ service, slo, changes, checked, reason, setReason, undo }} />}
    </CheckedForm>
  );
}

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
