// One release, running or over: why it is where it is.
import type { ReleaseView } from '../../api/types.ts';
import { Shown, useAnswer } from '../parts/answer.tsx';

/** The page of a release. */
export function ReleasePage({ name, id }: { readonly name: string; readonly id: number }) {
  const asked = useAnswer<ReleaseView>(`/services/${encodeURIComponent(name)}/releases/${id}`);
  return (
    <>
      <h1>
        Release {id} of {name}
      </h1>
      <Shown asked={asked}>{({ state, why }) => <p>{why ?? state}</p>}</Shown>
    </>
  );
}
