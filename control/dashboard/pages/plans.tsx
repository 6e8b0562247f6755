// Plans, which releases go by.
import type { ChannelView, NamedPlanView, ServiceView } from '../../api/types.ts';
import { Shown, useAnswer } from '../parts/answer.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Needs } from '../parts/needs.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { useTasks } from '../parts/tasks.tsx';
import { PlanCard } from '../plans/plan-card.tsx';
import { PlanForm, type PlanTask } from '../plans/plan-form.tsx';
import { useRole, useSession } from '../session.tsx';
import '../plans/plans.css';

type Task = PlanTask | { readonly kind: 'delete'; readonly plan: NamedPlanView };

/** The page of plans. */
export function Plans() {
  const { me } = useSession();
  const isAdmin = useRole('admin');
  const asked = useAnswer<{ plans: NamedPlanView[] }>('/plans');
  const services = useAnswer<{ services: ServiceView[] }>('/services').answer?.services ?? [];
  const channels = useAnswer<{ channels: ChannelView[] }>('/channels').answer?.channels ?? [];
  const { task, ask, close, done, told } = useTasks<Task>(asked.reload);
  return (
    <>
      <PageHead title="Plans" make={isAdmin ? { text: 'New plan', press: () => ask({ kind: 'new' }) } : undefined}>
        <p class="dim">
          A release moves traffic by the stages of its plan. It keeps the plan it was made by, whatever becomes of that.
        </p>
        <Needs takes="admin" what="Making and changing plans" />
      </PageHead>
      {told}
      <Shown asked={asked}>
        {({ plans }) => (
          <>
            <ul class="cards">
              {plans.map((plan) => (
                <PlanCard
                  key={plan.name}
                  plan={plan}
                  users={services.filter(({ defaultPlan }) => defaultPlan === plan.name).map(({ service }) => service)}
                  channels={channels}
                  // Who belongs to no team may be an owner; control knows.
                  may={{ copy: isAdmin, change: isAdmin && !plan.builtIn && (me.team === null || me.team === plan.team) }}
                  ask={(kind) => ask({ kind, plan })}
                />
              ))}
            </ul>
            <Tasks {...{ task, plans, channels, done, close }} />
          </>
        )}
      </Shown>
    </>
  );
}

interface TasksShape {
  readonly task: Task | null;
  readonly plans: readonly NamedPlanView[];
  readonly channels: readonly ChannelView[];
  readonly done: (what: string) => void;
  readonly close: () => void;
}

function Tasks({ task, plans, channels, done, close }: TasksShape) {
  const { api } = useSession();
  if (task === null) return null;
  if (task.kind !== 'delete')
    return (
      <PlanForm
        {...{ task, plans, channels, close }}
        done={({ name }) => done(`Plan ${name} is set. Running releases keep theirs.`)}
      />
    );
  const { name } = task.plan;
  return (
    <Confirm
      title={`Delete plan ${name}?`}
      verb={`Delete ${name}`}
      isDanger
      call={(reason) => api.call('DELETE', `/plans/${encodeURIComponent(name ?? '')}`, { reason })}
      done={() => done(`Plan ${name} is deleted.`)}
      close={close}
    >
      <p>No release can be made by plan {name} any more. Those that go by it keep it.</p>
    </Confirm>
  );
}
