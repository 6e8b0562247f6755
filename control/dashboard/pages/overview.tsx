// All services at a glance: where each stands, and whether somebody has to decide.
import type { ServiceView } from '../../api/types.ts';
import { splitText } from '../../words.ts';
import { Shown, useAnswer } from '../parts/answer.tsx';
import { Link } from '../parts/link.tsx';

const EVERY_MS = 5_000;

/** The overview. */
export function Overview() {
  const asked = useAnswer<{ services: ServiceView[] }>('/services', EVERY_MS);
  return (
    <>
      <h1>Services</h1>
      <Shown asked={asked}>
        {({ services }) => (
          <ul class="cards">
            {services.map(({ service, active, split }) => (
              <li key={service} class="card">
                <h2>
                  <Link to={{ page: 'service', service }}>{service}</Link>
                </h2>
                <p>Active: {active ?? 'none'}</p>
                <p>{splitText(split.weights)}</p>
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </>
  );
}
