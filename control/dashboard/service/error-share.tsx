// The share of a slot's requests that failed; what is above the objective stands out, and not by its colour alone.
import type { SlotHealthView } from '../../api/types.ts';
import { exactShare, sampleText, shareText } from '../../words.ts';
import './error-share.css';

/** `2.7 %`. `objective`: the share that may fail. */
export function ErrorShare({ health, objective }: { readonly health: SlotHealthView | undefined; readonly objective: number }) {
  if (health === undefined || health.requests === 0) return <>–</>;
  const { requests, errors, errorShare } = health;
  const isOver = errorShare > objective;
  return (
    <span class={isOver ? 'error-share-over' : undefined} title={sampleText(requests, errors)}>
      {isOver && <span aria-hidden="true">! </span>}
      {shareText(errorShare)}
      {isOver && <span class="visually-hidden">, above the objective of {exactShare(objective)}</span>}
    </span>
  );
}
