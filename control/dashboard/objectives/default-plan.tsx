// The plan by which a service is released unless a release names another.
import { useState } from 'preact/hooks';
import type { NamedPlanView, ServiceView } from '../../api/types.ts';
import { stagesText } from '../../words.ts';
import { useAnswer } from '../parts/answer.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { SelectField } from '../parts/inputs.tsx';
import { Link } from '../parts/link.tsx';
import { servicePath } from '../service-path.ts';
import { useRole, useSession } from '../session.tsx';

interface Shape {
  readonly service: ServiceView;
  readonly done: (what: string) => void;
}

/** The default plan, which admins choose. */
export function DefaultPlan({ service: { service, defaultPlan }, done }: Shape) {
  const { api } = useSession();
  const isAdmin = useRole('admin');
  const plans = useAnswer<{ plans: NamedPlanView[] }>('/plans').answer?.plans ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  const name = chosen ?? defaultPlan;
  const plan = plans.find((one) => one.name === name);
  const names = [...new Set([defaultPlan, ...plans.flatMap((one) => one.name ?? [])])];
  return (
    <section class="card objective-plan">
      <h2>Default plan</h2>
      <p class="dim">Releases that name no plan go by it. Each keeps the plan it was made by.</p>
      {isAdmin ? (
        <SelectField
          label="Plan"
          hint={plan && stagesText(plan.stages)}
          value={name}
          set={setChosen}
          options={names.map((one) => [one, one] as const)}
        />
      ) : (
        <p>
          <strong>{defaultPlan}</strong> {plan && stagesText(plan.stages)}
        </p>
      )}
      <p>
        <Link to={{ page: 'plans' }}>All plans</Link>
      </p>
      {name !== defaultPlan && (
        <div class="buttons">
          <button type="button" class="main" onClick={() => setIsAsking(true)}>
            Make {name} the default
          </button>
        </div>
      )}
      {isAsking && (
        <Confirm
          title={`Make ${name} the default of ${service}?`}
          verb={`Make ${name} the default`}
          call={(reason) => api.call('PUT', `${servicePath(service)}/settings`, { defaultPlan: name, reason })}
          done={() => {
            setIsAsking(false);
            setChosen(null);
            done(`Releases of ${service} go by plan ${name}, unless they name another.`);
          }}
          close={() => setIsAsking(false)}
        >
          <p>
            Releases of {service} that name no plan go by {name} from then on, in place of {defaultPlan}.
          </p>
        </Confirm>
      )}
    </section>
  );
}
