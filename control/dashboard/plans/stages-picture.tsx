// The stages of a plan as a small picture: a bar each, as high as its weight, as wide as its soak, not to scale.
import type { StageView } from '../../api/types.ts';
import { percent } from '../../words.ts';

/** More bars than these have no room for their figures. */
const MOST_LABELS = 7;

/** The picture; what it shows stands in words beside it. */
export function StagesPicture({ stages }: { readonly stages: readonly StageView[] }) {
  return (
    <div class="plan-picture" aria-hidden="true">
      {stages.map(({ weight, soakSeconds, advance }, i) => (
        <div
          key={i}
          class={advance === 'manual' ? 'plan-bar manual' : 'plan-bar'}
          // By its logarithm: an hour beside a minute would leave the minute no room.
          style={{ flexGrow: 1 + Math.log10(1 + soakSeconds / 60) }}
        >
          {stages.length <= MOST_LABELS && <span>{percent(weight)}</span>}
          <div style={{ height: `${Math.max(weight, 2) / 2}px` }} />
        </div>
      ))}
    </div>
  );
}
