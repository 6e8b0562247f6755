// One chart by uPlot, which draws on a canvas and sets no markup and no style but through properties: the page's policy allows it.
import './language.ts';
import uPlot from 'uplot';
import { drawChanges, drawObjectives, drawOver } from './draw.ts';
import { KINDS, type PanelName } from './panels.ts';
import { lonely } from './rows.ts';
import { dashOf, LABELS, LEFT, RIGHT, type Scene } from './scene.ts';

const FONT = '11px system-ui, sans-serif';
const HEIGHTS: Readonly<Record<PanelName, number>> = { rate: 84, share: 118, latency: 104 };
const TOP = 6;
const BOTTOM = 6;
const TIMES = 24;

/** A chart in an element. @param scene what it draws, asked each time */
export function newPlot(name: PanelName, host: HTMLElement, scene: () => Scene): uPlot {
  const isLast = name === 'latency';
  const top = name === 'rate' ? TOP + LABELS.rows * LABELS.height : TOP;
  const options: uPlot.Options = {
    width: Math.max(host.clientWidth, LEFT + RIGHT + 1),
    height: top + HEIGHTS[name] + (isLast ? TIMES : BOTTOM),
    padding: [top, RIGHT, isLast ? 0 : BOTTOM, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { size: 7 } },
    scales: scalesOf(name, scene),
    axes: [timeAxis(isLast, scene), valueAxis(name, scene)],
    series: [{}, ...scene().shown.slots.map((_, i) => seriesOf(name, i, scene))],
    hooks: {
      drawClear: [(u) => drawChanges(u, scene())],
      drawAxes: [(u) => drawObjectives(u, scene(), name)],
      draw: [(u) => drawOver(u, scene(), name)],
    },
  };
  const plot = new uPlot(options, dataOf(name, scene()), host);
  plot.ctx.canvas.setAttribute('role', 'img');
  return plot;
}

/** Draws a chart as its scene is now; once, whatever has changed. */
export function redraw(plot: uPlot, name: PanelName, scene: Scene): void {
  plot.batch(() => {
    plot.setData(dataOf(name, scene), false);
    plot.setScale('x', { min: scene.from / 1000, max: scene.to / 1000 });
  });
  pointTo(plot, scene);
}

/** Puts the cursor of a chart where the scene has it. */
export function pointTo(plot: uPlot, { cursor, shown }: Scene): void {
  const at = cursor === null ? undefined : shown.at[cursor];
  plot.setCursor(at === undefined ? { left: -10, top: -10 } : { left: plot.valToPos(at, 'x'), top: 0 }, false);
}

function dataOf(name: PanelName, { shown }: Scene): uPlot.AlignedData {
  return [shown.at, ...shown.panels[name].columns] as uPlot.AlignedData;
}

function scalesOf(name: PanelName, scene: () => Scene): uPlot.Scales {
  const { forth, back } = KINDS[name];
  return {
    x: { time: true, range: () => [scene().from / 1000, scene().to / 1000] },
    y: {
      distr: 100,
      fwd: forth,
      bwd: back,
      range: () => {
        const { low, high } = scene().shown.panels[name].axis;
        return [low, high];
      },
    },
  };
}

function timeAxis(isLabelled: boolean, scene: () => Scene): uPlot.Axis {
  return {
    stroke: () => scene().colours.dim,
    grid: { show: false },
    ticks: { show: isLabelled, stroke: () => scene().colours.strong, size: 4, width: 1 },
    border: { show: true, stroke: () => scene().colours.strong, width: 1 },
    font: FONT,
    size: isLabelled ? TIMES : 0,
    gap: 3,
    space: 62,
    incrs: [60, 120, 300, 600, 900, 1800, 3600, 7200],
    values: (_, times) => times.map((time) => (isLabelled ? hourAndMinute(time) : '')),
  };
}

function valueAxis(name: PanelName, scene: () => Scene): uPlot.Axis {
  return {
    stroke: () => scene().colours.dim,
    grid: { stroke: () => scene().colours.line, width: 1 },
    ticks: { show: false },
    font: FONT,
    size: LEFT,
    gap: 6,
    splits: () => [...scene().shown.panels[name].axis.ticks],
    values: (_, ticks) => ticks.map(KINDS[name].tick),
    filter: (_, ticks) => ticks,
  };
}

function seriesOf(name: PanelName, index: number, scene: () => Scene): uPlot.Series {
  return {
    stroke: () => scene().colours.slots[index % scene().colours.slots.length] ?? scene().colours.text,
    width: 2,
    dash: [...dashOf(index)],
    points: {
      show: false,
      size: 5,
      filter: () => lonely(scene().shown.panels[name].columns[index] ?? []),
    },
  };
}

function hourAndMinute(seconds: number): string {
  const date = new Date(seconds * 1000);
  return [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}
