// The slots of a service as a table, a row each.
import { grouped, percent } from '../../words.ts';
import { Table } from '../parts/table.tsx';
import { ErrorShare } from './error-share.tsx';
import { Probe, SlotHead, type SlotsShown, Version } from './slot-parts.tsx';
import { quantileText, type SlotRow } from './slot-rows.ts';

const FIGURES = ['Weight', 'Requests', 'Errors', 'p50', 'p90', 'p99', 'p99.9'];
const HEADS = ['Slot', ...FIGURES.map((num) => ({ num })), 'Probe', 'Version'];

/** The table. */
export function SlotsTable({ rows, ...shown }: SlotsShown) {
  return (
    <Table heads={HEADS}>
      {rows.map((row) => (
        <Row key={row.slot} row={row} {...shown} />
      ))}
    </Table>
  );
}

function Row({ row, names, objective, now }: Omit<SlotsShown, 'rows'> & { readonly row: SlotRow }) {
  const { weight, health, version } = row;
  return (
    <tr>
      <th scope="row">
        <SlotHead row={row} names={names} />
      </th>
      <td class="num">{percent(weight)}</td>
      <td class="num">{grouped(health?.requests ?? 0)}</td>
      <td class="num">
        <ErrorShare health={health} objective={objective} />
      </td>
      <td class="num">{quantileText(health, 'p50')}</td>
      <td class="num">{quantileText(health, 'p90')}</td>
      <td class="num">{quantileText(health, 'p99')}</td>
      <td class="num">{quantileText(health, 'p999')}</td>
      <td class="slots-probe">
        <Probe row={row} now={now} />
      </td>
      <td class="slots-version">
        <Version version={version} />
      </td>
    </tr>
  );
}
