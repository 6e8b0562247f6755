// Objectives and guards of a service, to be read.
import type { SlosView } from '../../api/types.ts';
import { Table } from '../parts/table.tsx';
import { FIGURES, shownOf } from './figures-list.ts';
import { latencyText } from './slos-fields.ts';

/** The table. */
export function SlosTable({ slo }: { readonly slo: SlosView }) {
  return (
    <section class="card">
      <Table class="objective-table" heads={['What', 'Set']}>
        <tr>
          <th scope="row">
            <span class="objective-name">Latency objectives</span>
          </th>
          <td>
            {slo.latencyObjectives.length === 0 && 'none'}
            {slo.latencyObjectives.map((objective) => (
              <div key={objective.overMs}>
                p{objective.percentile} at most {objective.overMs} ms: {latencyText(objective)}
              </div>
            ))}
          </td>
        </tr>
        {FIGURES.map((figure) => (
          <tr key={figure.name}>
            <th scope="row">
              <span class="objective-name">{figure.label}</span>
              <span class="hint">{slo[figure.name] === 'off' ? `Off: ${figure.off}.` : figure.about}</span>
            </th>
            <td>{shownOf(figure, slo[figure.name])}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
