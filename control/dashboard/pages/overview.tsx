// All services at a glance: where each stands, and first of all whether somebody has to decide.
import { useState } from 'preact/hooks';
import type { ServiceView } from '../../api/types.ts';
import { Card } from '../overview/card.tsx';
import { byUrgency, type Looked, summaryOf } from '../overview/needs.ts';
import { Shown, useAnswer } from '../parts/answer.tsx';
import { useNow } from '../parts/clock.ts';
import { Field } from '../parts/form.tsx';
import './overview.css';

const EVERY_MS = 4_000;
/** With more services there is a box to find one by. */
const MANY = 8;

/** The overview. */
export function Overview() {
  const asked = useAnswer<{ services: ServiceView[] }>('/services', EVERY_MS);
  return (
    <>
      <h1>Services</h1>
      <Shown asked={asked}>{({ services }) => <Services services={services} isStale={asked.staleSince !== null} />}</Shown>
    </>
  );
}

function Services({ services, isStale }: { readonly services: readonly ServiceView[]; readonly isStale: boolean }) {
  const now = useNow();
  const [part, setPart] = useState('');
  const looked = byUrgency(services, now);
  const shown = looked.filter(({ service }) => service.service.includes(part.trim().toLowerCase()));
  if (services.length === 0) return <p>There is no service that you may see.</p>;
  return (
    <>
      <div class="overview-head">
        <p role="status">
          {isStale && 'As last known: '}
          {summaryOf(looked)}
        </p>
        {services.length > MANY && <Filter part={part} setPart={setPart} shown={shown} of={services.length} />}
      </div>
      <ul class="cards">
        {shown.map((one) => (
          <Card key={one.service.service} looked={one} now={now} />
        ))}
      </ul>
    </>
  );
}

interface Filtering {
  readonly part: string;
  readonly setPart: (part: string) => void;
  readonly shown: readonly Looked[];
  readonly of: number;
}

function Filter({ part, setPart, shown, of }: Filtering) {
  const hint = part.trim() === '' ? undefined : `${shown.length} of ${of} services`;
  return (
    <div class="overview-filter">
      <Field label="Find a service" hint={hint}>
        {(tie) => <input {...tie} type="search" value={part} onInput={(event) => setPart(event.currentTarget.value)} />}
      </Field>
    </div>
  );
}
