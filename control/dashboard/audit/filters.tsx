// Narrows the audit down.
import { useState } from 'preact/hooks';
import type { ServiceView } from '../../api/types.ts';
import { ACTIONS } from '../../core/audit.ts';
import { stateName } from '../../words.ts';
import { useAnswer } from '../parts/answer.tsx';
import { Field } from '../parts/form.tsx';
import { ALL, type AuditFilter } from './filter.ts';
import './filters.css';

interface Shape {
  readonly filter: AuditFilter;
  readonly set: (filter: AuditFilter) => void;
}

/** The form: what is chosen holds at once. */
export function Filters({ filter, set }: Shape) {
  const { answer } = useAnswer<{ services: ServiceView[] }>('/services');
  const put = (field: keyof AuditFilter) => (event: Event & { readonly currentTarget: HTMLInputElement | HTMLSelectElement }) =>
    set({ ...filter, [field]: event.currentTarget.value });
  const known = answer?.services.map(({ service }) => service) ?? [];
  // Also one that is not there any more.
  const services = filter.service === '' || known.includes(filter.service) ? known : [filter.service, ...known];
  return (
    <form class="audit-filters" aria-label="Which entries" onSubmit={(event) => event.preventDefault()}>
      <Field label="Service">
        {(tie) => (
          <select {...tie} value={filter.service} onChange={put('service')}>
            <option value="">all</option>
            {services.map((service) => (
              <option key={service} value={service}>
                {service}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Who key={filter.actor} actor={filter.actor} set={(actor) => set({ ...filter, actor })} />
      <Field label="What">
        {(tie) => (
          <select {...tie} value={filter.action} onChange={put('action')}>
            <option value="">all</option>
            {ACTIONS.map((action) => (
              <option key={action} value={action}>
                {stateName(action)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Since">
        {(tie) => <input {...tie} type="datetime-local" value={filter.since} onChange={put('since')} />}
      </Field>
      <button type="button" onClick={() => set(ALL)}>
        Show all
      </button>
    </form>
  );
}

// Asked for once it is whole, not at each letter.
function Who({ actor, set }: { readonly actor: string; readonly set: (actor: string) => void }) {
  const [text, setText] = useState(actor);
  return (
    <Field label="Who">
      {(tie) => (
        <input
          {...tie}
          value={text}
          placeholder="admin, token:ci"
          onInput={(event) => setText(event.currentTarget.value)}
          onChange={() => set(text.trim())}
        />
      )}
    </Field>
  );
}
