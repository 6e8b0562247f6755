// The slots of a service as a table: split, health, version. Pure.

import type { ServiceView, SlotHealthView } from '../../control/api/types.ts';
import {
  ago,
  clock,
  duration,
  latencyText,
  percent,
  probeText,
  shareText,
  splitText,
  stateName,
  versionName,
} from '../../control/words.ts';
import { bar, type Cell, type Look, line, table } from './layout.ts';
import { wrap } from './text.ts';

const BAR = 12;
const BAR_OF_MANY = 8;
const MANY = 3;

/** What the service is on, then a line for each slot, then what is odd about a slot. */
export function slotLines(view: ServiceView, look: Look): string[] {
  const { service, active, split } = view;
  const on: Cell = active === null ? ['yellow', 'no slot is active'] : ['bold', `${active} is active`];
  const changed = `revision ${split.revision}, changed ${ago(split.updatedAt, look.now)}`;
  return [line([['bold', service], '  ', on, ['dim', `  ${changed}`]], look), '', ...slotTable(view, look), ...notes(view, look)];
}

/** Several services, a line each. */
export function servicesTable(services: readonly ServiceView[], look: Look): string[] {
  const columns = [{ title: 'SERVICE' }, { title: 'ACTIVE' }, { title: 'SPLIT' }, { title: 'RELEASE' }, { title: 'ERRORS' }];
  const rows = services.map(({ service, active, split, release, health }): Cell[] => {
    const stage = release?.stage == null ? '' : `, stage ${release.stage.number} of ${release.plan.stages.length}`;
    const errors = Object.entries(health.slots).filter(([, of]) => of.errors > 0);
    return [
      ['bold', service],
      active ?? '–',
      splitText(split.weights),
      release === null ? '–' : `${release.id} ${stateName(release.state)}${release.endedAt === null ? stage : ''}`,
      errors.length === 0 ? 'none' : ['red', errors.map(([slot, of]) => `${slot} ${shareText(of.errorShare)}`).join(', ')],
    ];
  });
  return table(columns, rows, look);
}

function slotTable(view: ServiceView, look: Look): string[] {
  const hasLatency = Object.values(view.health.slots).some((slot: SlotHealthView) => typeof slot.p99 === 'number');
  const columns = [
    { title: 'SLOT' },
    { title: 'SPLIT' },
    { title: '', align: 'right' } as const,
    { title: 'REQUESTS', align: 'right' } as const,
    { title: 'ERRORS', align: 'right' } as const,
    ...(hasLatency ? [{ title: 'P99', align: 'right' } as const] : []),
    { title: 'VERSION', yields: true } as const,
  ];
  const names = Object.keys(view.slots);
  const width = names.length > MANY ? BAR_OF_MANY : BAR;
  const rows = names.map((slot) => slotRow(view, slot, { width, hasLatency }, look));
  return table(columns, rows, look);
}

function slotRow(
  { active, split, slots, health }: ServiceView,
  slot: string,
  { width, hasLatency }: { readonly width: number; readonly hasLatency: boolean },
  { now }: Look,
): Cell[] {
  const weight = split.weights[slot] ?? 0;
  const measured: SlotHealthView | undefined = health.slots[slot];
  const version = slots[slot]?.version ?? null;
  const name = slot === active ? `● ${slot}` : `  ${slot}`;
  const when = version === null ? '' : `, ${ago(version.at, now)}`;
  return [
    slot === active ? ['green', name] : name,
    [slot === active ? 'green' : 'cyan', bar(weight / 100, width)],
    percent(weight),
    String(measured?.requests ?? 0),
    errorsCell(measured),
    ...(hasLatency ? [typeof measured?.p99 === 'number' ? latencyText(measured.p99) : '–'] : []),
    version === null ? ['dim', 'empty'] : `${versionName(version)}${when}`,
  ];
}

function errorsCell(measured: SlotHealthView | undefined): Cell {
  if (measured === undefined || measured.errors === 0) return '0';
  return ['red', `${measured.errors} (${shareText(measured.errorShare)})`];
}

function notes({ slots, health }: ServiceView, look: Look): string[] {
  const leases = Object.entries(slots).flatMap(([slot, { lease }]) =>
    lease == null ? [] : `${slot} is reserved for an upload by ${lease.by} until ${clock(lease.until)}.`,
  );
  const probes = Object.entries(health.slots).flatMap(([slot, { probe }]) => {
    if (probe === null || probe.ok) return [];
    return `The probe of ${slot} failed ${ago(probe.at, look.now)}: ${probeText(slot, probe)}.`;
  });
  const window = `Requests and errors of the last ${duration(health.windowSeconds)}.`;
  const busy = Object.values(health.slots).some(({ requests }) => requests > 0);
  return [
    ...(busy ? [line([['dim', window]], look)] : []),
    ...[...leases, ...probes].flatMap((note) => wrap(note, look.width)).map((text) => look.style('yellow', text)),
  ];
}
