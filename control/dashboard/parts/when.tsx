// A time as people say it, with the exact one behind it.
import { ago, clock } from '../../words.ts';
import { useNow } from './clock.ts';

/** How long ago something was (`at` as ISO), counting on. */
export function Ago({ at }: { readonly at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={`${clock(at)}, ${at}`}>
      {ago(at, now)}
    </time>
  );
}

/** The local time of something (`at` as ISO). */
export function When({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={at}>
      {clock(at)}
    </time>
  );
}
