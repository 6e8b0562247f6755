// Tells a screen reader what became other of a service: its release, its split. Nothing else is read out unasked.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ServiceView } from '../../api/types.ts';
import { changeOf } from './changes.ts';

/** The polite live region of a service's page. */
export function Announcer({ service }: { readonly service: ServiceView | null }) {
  const last = useRef<ServiceView | null>(null);
  const [sentence, setSentence] = useState('');
  useEffect(() => {
    const change = last.current === null || service === null ? null : changeOf(last.current, service);
    last.current = service ?? last.current;
    if (change !== null) setSentence(change);
  }, [service]);
  return (
    <p class="visually-hidden" role="status">
      {sentence}
    </p>
  );
}
