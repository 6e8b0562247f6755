// What is in each slot and how it is: a table where there is room for it, else a block a slot.
import type { ServiceView } from '../../api/types.ts';
import { duration } from '../../words.ts';
import { useNow } from '../parts/clock.ts';
import { useMedia } from '../parts/media.ts';
import { History } from './history.tsx';
import { slotRows } from './slot-rows.ts';
import { SlotsBlocks } from './slots-blocks.tsx';
import { SlotsTable } from './slots-table.tsx';
import './slots.css';

/** The slots of a service. */
export function Slots({ service }: { readonly service: ServiceView }) {
  const now = useNow();
  const hasRoom = useMedia('(min-width: 60rem)');
  const rows = slotRows(service, now);
  const names = Object.keys(service.slots);
  const shown = { rows, names, objective: service.health.slo.errorObjective, now };
  return (
    <section class="card slots" aria-labelledby="slots">
      <h2 id="slots">Slots</h2>
      <p class="dim">Requests, errors and latencies of the last {duration(service.health.windowSeconds)}.</p>
      {hasRoom ? <SlotsTable {...shown} /> : <SlotsBlocks {...shown} />}
      <History service={service} />
    </section>
  );
}
