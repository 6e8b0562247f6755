// Plans, which releases go by.
import type { PlanView } from '../../api/types.ts';
import { stagesText } from '../../words.ts';
import { Shown, useAnswer } from '../parts/answer.tsx';

/** The page of plans. */
export function Plans() {
  const asked = useAnswer<{ plans: PlanView[] }>('/plans');
  return (
    <>
      <h1>Plans</h1>
      <Shown asked={asked}>
        {({ plans }) => (
          <ul class="cards">
            {plans.map(({ name, stages }) => (
              <li key={name} class="card">
                <h2>{name}</h2>
                <p>{stagesText(stages)}</p>
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </>
  );
}
