// What people should look at, though nothing was rolled back for it.
import type { AlertView, ServiceView } from '../../api/types.ts';
import { tied } from '../parts/tied.ts';
import { Ago } from '../parts/when.tsx';
import './alerts.css';

const NAMES: Readonly<Record<AlertView['alert'], string>> = {
  'both-bad': 'both slots bad',
  'sample-ratio': 'sample ratio',
  capped: 'capped',
  'table-full': 'table full',
  'unknown-slot': 'unknown slot',
};
/** Older ones are behind a click. */
const FEW = 3;

/** The alerts of a service, the newest first; nothing is shown where there are none. */
export function Alerts({ service: { health } }: { readonly service: ServiceView }) {
  const alerts = health.alerts.toReversed();
  if (alerts.length === 0) return null;
  const older = alerts.slice(FEW);
  return (
    <section class="card alerts" aria-labelledby="alerts">
      <h2 id="alerts">Alerts</h2>
      <List alerts={alerts.slice(0, FEW)} />
      {older.length > 0 && (
        <details>
          <summary>{older.length} older</summary>
          <List alerts={older} />
        </details>
      )}
    </section>
  );
}

function List({ alerts }: { readonly alerts: readonly AlertView[] }) {
  return (
    <ul>
      {alerts.map(({ at, alert, what }) => (
        <li key={`${at} ${alert}`}>
          <span class="badge warn">{NAMES[alert]}</span> <Ago at={at} />
          <p>
            <bdi>{tied(what)}</bdi>
          </p>
        </li>
      ))}
    </ul>
  );
}
