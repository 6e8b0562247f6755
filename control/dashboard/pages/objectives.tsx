// What a service is judged by.
import type { SlosView } from '../../api/types.ts';
import { exactShare } from '../../words.ts';
import { Shown, useAnswer } from '../parts/answer.tsx';

/** The page of the objectives of a service. */
export function Objectives({ name }: { readonly name: string }) {
  const asked = useAnswer<SlosView>(`/services/${encodeURIComponent(name)}/slos`);
  return (
    <>
      <h1>Objectives of {name}</h1>
      <Shown asked={asked}>{({ errorObjective }) => <p>At most {exactShare(errorObjective)} of requests may fail.</p>}</Shown>
    </>
  );
}
