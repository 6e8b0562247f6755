// Versions that were put into the slots of a service, the newest first: asked for once somebody wants to know.
import { useState } from 'preact/hooks';
import type { DeploymentView, ServiceView } from '../../api/types.ts';
import { Shown, useAnswer } from '../parts/answer.tsx';
import { SlotName } from '../parts/slot.tsx';
import { servicePath } from '../service-path.ts';
import { Version } from './slot-parts.tsx';

const MOST = 20;

/** The last deployments of a service. */
export function History({ service }: { readonly service: ServiceView }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details class="slots-history" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>Deployments</summary>
      {isOpen && <Deployments service={service} />}
    </details>
  );
}

function Deployments({ service: { service, slots } }: { readonly service: ServiceView }) {
  const newest = Math.max(0, ...Object.values(slots).map(({ version }) => version?.id ?? 0));
  const path = `${servicePath(service)}/deployments?kind=version&limit=${MOST}`;
  const asked = useAnswer<{ deployments: DeploymentView[] }>(path, undefined, newest);
  return (
    <Shown asked={asked}>
      {({ deployments }) =>
        deployments.length === 0 ? (
          <p class="dim">Nothing was deployed yet.</p>
        ) : (
          <ul class="slots-blocks">
            {deployments.map((version) => (
              <li key={version.id}>
                <SlotName slots={Object.keys(slots)} slot={version.slot} />
                <Version version={version} />
              </li>
            ))}
          </ul>
        )
      }
    </Shown>
  );
}
