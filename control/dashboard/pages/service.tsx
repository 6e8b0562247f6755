// One service, live.
import { splitText } from '../../words.ts';
import { useLiveService } from '../parts/live-service.ts';
import { Notice } from '../parts/notice.tsx';
import { Stale } from '../parts/stale.tsx';

/** The page of a service. */
export function ServicePage({ name }: { readonly name: string }) {
  const { service, staleSince, failure } = useLiveService(name);
  return (
    <>
      <h1>{name}</h1>
      {failure === null ? <Stale since={staleSince} /> : <Notice kind="bad">{failure.message}</Notice>}
      {service === null ? failure === null && <p class="dim loading">Loading…</p> : <p>{splitText(service.split.weights)}</p>}
    </>
  );
}
