// What a service is judged by, and the plan it is released by.
import { useState } from 'preact/hooks';
import type { ServiceView, SlosSetView } from '../../api/types.ts';
import { DefaultPlan } from '../objectives/default-plan.tsx';
import { SlosForm } from '../objectives/slos-form.tsx';
import { SlosTable } from '../objectives/slos-table.tsx';
import { Shown, useAnswer } from '../parts/answer.tsx';
import { Link } from '../parts/link.tsx';
import { Needs } from '../parts/needs.tsx';
import { Notice } from '../parts/notice.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { servicePath } from '../service-path.ts';
import { useRole } from '../session.tsx';
import '../objectives/objectives.css';

/** So often it is asked what is watched: that is said before evidence is lost. */
const EVERY_MS = 4_000;

/** The page of the objectives of a service. */
export function Objectives({ name }: { readonly name: string }) {
  const isAdmin = useRole('admin');
  const asked = useAnswer<ServiceView>(servicePath(name), EVERY_MS);
  const [told, setTold] = useState<string | null>(null);
  const done = (what: string) => {
    setTold(what);
    asked.reload();
    scrollTo(0, 0);
  };
  return (
    <>
      <PageHead title={`Objectives of ${name}`}>
        <p class="dim">
          What slots of <Link to={{ page: 'service', service: name }}>{name}</Link> are held to while they are watched: evidence
          against them rolls them back.
        </p>
        <Needs takes="admin" what="Setting objectives" />
      </PageHead>
      {told !== null && <Notice kind="good">{told}</Notice>}
      <Shown asked={asked}>
        {(service) => (
          <>
            {isAdmin ? (
              <SlosForm service={service} done={(slos) => done(setText(name, slos))} />
            ) : (
              <SlosTable slo={service.health.slo} />
            )}
            <DefaultPlan service={service} done={done} />
          </>
        )}
      </Shown>
    </>
  );
}

function setText(name: string, { watchedAfresh: slots }: SlosSetView): string {
  const afresh = slots.length === 0 ? '' : ` Evidence on ${slots.join(', ')} begins afresh: the tests are others now.`;
  return `Objectives of ${name} are set.${afresh}`;
}
