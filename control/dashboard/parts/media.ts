// Whether the page has room, for what is another thing on a phone than on a desk.
import { useEffect, useState } from 'preact/hooks';

/** Whether a media query holds, such as `(min-width: 50rem)`. */
export function useMedia(query: string): boolean {
  const [holds, setHolds] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const changed = () => setHolds(list.matches);
    changed();
    list.addEventListener('change', changed);
    return () => list.removeEventListener('change', changed);
  }, [query]);
  return holds;
}
