// The split as it is now: a bar, and the same in words.
import type { ServiceView } from '../../api/types.ts';
import { duration, grouped, percent, sampleText, splitText } from '../../words.ts';
import { SlotName, slotClass } from '../parts/slot.tsx';
import { Ago } from '../parts/when.tsx';
import './split-bar.css';

interface Shape {
  readonly service: ServiceView;
  /** The bar and its words alone, where the active slot is told beside it. */
  readonly small?: boolean;
}

/** Where the visitors of a service go. */
export function SplitBar({ service, small = false }: Shape) {
  if (small)
    return (
      <div class="split-bar">
        <Bar service={service} />
        <Legend service={service} slots={slotsWithWeight(service)} active={null} />
      </div>
    );
  const { split, slots } = service;
  return (
    <section class="card split-bar" aria-labelledby="split">
      <h2 id="split">Split</h2>
      <Bar service={service} />
      <Legend service={service} slots={Object.keys(slots)} active={service.active} />
      <p class="dim">
        Revision {split.revision}, set <Ago at={split.updatedAt} />
      </p>
      <Overridden service={service} />
    </section>
  );
}

function Bar({ service }: { readonly service: ServiceView }) {
  const { split, slots } = service;
  const names = Object.keys(slots);
  return (
    <div class="split-bar-bar" role="img" aria-label={`Split: ${splitText(split.weights)}`}>
      {slotsWithWeight(service).map((slot) => (
        <span key={slot} class={slotClass(names, slot)} style={{ flexGrow: split.weights[slot] ?? 0 }} />
      ))}
    </div>
  );
}

interface Words {
  readonly service: ServiceView;
  readonly slots: readonly string[];
  /** The slot to mark as active, if any. */
  readonly active: string | null;
}

function Legend({ service, slots, active }: Words) {
  const { split } = service;
  if (slots.length === 0) return null;
  return (
    <ul class="split-bar-legend">
      {slots.map((slot) => (
        <li key={slot} class={(split.weights[slot] ?? 0) === 0 ? 'dim' : undefined}>
          <SlotName slots={Object.keys(service.slots)} slot={slot} /> <strong>{percent(split.weights[slot] ?? 0)}</strong>
          {slot === active && (
            <>
              {' '}
              <span class="badge good">active</span>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function Overridden({ service: { slots, health } }: { readonly service: ServiceView }) {
  const chosen = Object.entries(slots).filter(([, { overridden }]) => overridden.requests > 0);
  if (chosen.length === 0) return null;
  const told = chosen.map(([slot, { overridden }]) => `${slot} ${sampleText(overridden.requests, overridden.errors)}`);
  const all = chosen.reduce((sum, [, { overridden }]) => sum + overridden.requests, 0);
  return (
    <p class="dim">
      {grouped(all)} by hand (<code>x-slot</code>) in the last {duration(health.windowSeconds)}, counted apart: {told.join('; ')}
    </p>
  );
}

function slotsWithWeight({ slots, split }: ServiceView): string[] {
  return Object.keys(slots).filter((slot) => (split.weights[slot] ?? 0) > 0);
}
