// What the charts show beside lines: changes, objectives, that there is nothing. Drawn on the canvas of uPlot, whose state is kept.
import type uPlot from 'uplot';
import { type Change, type ChangeKind, type Label, labelsOf, linesOf } from './changes.ts';
import { KINDS, type PanelName } from './panels.ts';
import { LABELS, type Scene } from './scene.ts';

const FONT = 'system-ui, sans-serif';
const SIZE = 11;
const PAD = 3;
const PLAIN = `${SIZE}px ${FONT}`;
const BOLD = `600 ${PLAIN}`;
const TICK = 6;
const LOOKS: Readonly<Record<ChangeKind, { readonly dash: readonly number[]; readonly width: number }>> = {
  rollback: { dash: [], width: 2 },
  stage: { dash: [5, 3], width: 1.5 },
  revision: { dash: [1, 3], width: 1 },
};

/** More lines than these, and they would hide what they stand in. */
const MANY_LINES = 20;

/** Lines of changes, behind everything; where there are many, a mere revision whose label finds no room is a tick. */
export function drawChanges(u: uPlot, scene: Scene): void {
  const place = placeOf(u, scene);
  const labelled = new Set(labelsIn(u, scene).map(({ change }) => change));
  inPixels(u, (ctx, box) => {
    const lines = linesOf(scene.changes, place);
    for (const change of lines) {
      const isTick = lines.length > MANY_LINES && change.kind === 'revision' && !labelled.has(change);
      lineOf(ctx, change, scene, [place(change), box.top], [place(change), isTick ? box.top + TICK : box.bottom]);
    }
  });
}

/** What stands on top of the lines. */
export function drawOver(u: uPlot, scene: Scene, name: PanelName): void {
  if (name === 'rate') drawLabels(u, scene);
  drawWords(u, scene, name);
  drawNothing(u, scene, name);
}

/** Labels of changes, above the plot, each with its line led up to it. */
function drawLabels(u: uPlot, scene: Scene): void {
  const place = placeOf(u, scene);
  const labels = labelsIn(u, scene);
  inPixels(u, (ctx, box) => {
    const topOf = ({ row }: Label) => box.top - (row + 1) * LABELS.height;
    for (const label of labels)
      lineOf(ctx, label.change, scene, [place(label.change), topOf(label)], [place(label.change), box.top]);
    for (const label of labels) drawLabel(ctx, label, topOf(label), scene);
  });
}

/** The labels of a scene, which are the same for each chart of it. */
function labelsIn(u: uPlot, scene: Scene): readonly Label[] {
  const known = found.get(scene);
  if (known !== undefined) return known;
  const { left, right } = boxOf(u);
  const room = { left, right, rows: LABELS.rows, place: placeOf(u, scene), width: (text: string) => widthOf(u.ctx, text) };
  const labels = labelsOf(scene.changes, room);
  found.set(scene, labels);
  return labels;
}

const found = new WeakMap<Scene, readonly Label[]>();
const widths = new Map<string, number>();

function widthOf(ctx: CanvasRenderingContext2D, text: string): number {
  const known = widths.get(text);
  if (known !== undefined) return known;
  ctx.save();
  ctx.font = BOLD;
  const width = Math.ceil(ctx.measureText(text).width) + 2 * PAD;
  ctx.restore();
  widths.set(text, width);
  return width;
}

function drawLabel(ctx: CanvasRenderingContext2D, { change, text, left, width }: Label, top: number, { colours }: Scene): void {
  const isBad = change.kind === 'rollback';
  const height = LABELS.height - 2;
  ctx.beginPath();
  ctx.roundRect(left, top, width, height, 3);
  ctx.fillStyle = isBad ? colours.badGround : colours.card;
  ctx.fill();
  if (change.kind !== 'revision') {
    ctx.setLineDash([]);
    ctx.lineWidth = 1;
    ctx.strokeStyle = isBad ? colours.bad : colours.strong;
    ctx.stroke();
  }
  ctx.font = change.kind === 'revision' ? PLAIN : BOLD;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.fillStyle = isBad ? colours.bad : change.kind === 'stage' ? colours.text : colours.dim;
  ctx.fillText(text, left + PAD, top + height / 2 + 0.5, width - PAD);
}

/** Objectives as dim lines across. */
export function drawObjectives(u: uPlot, scene: Scene, name: PanelName): void {
  inPixels(u, (ctx, box) => {
    for (const { y } of levelsOf(scene, name, box))
      stroke(ctx, { colour: scene.colours.dim, dash: [3, 3], width: 1 }, [box.left, y], [box.right, y]);
  });
}

/** The words of objectives, on top of everything. */
function drawWords(u: uPlot, scene: Scene, name: PanelName): void {
  inPixels(u, (ctx, box) => {
    ctx.font = BOLD;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'alphabetic';
    for (const { y, text } of levelsOf(scene, name, box)) {
      const base = y - box.top > SIZE + 4 ? y - 3 : y + SIZE + 2;
      rimmed(ctx, text, [box.left + PAD, base], scene);
    }
  });
}

function levelsOf({ shown }: Scene, name: PanelName, { top, bottom }: Box): { readonly y: number; readonly text: string }[] {
  const { axis, objectives } = shown.panels[name];
  const { forth } = KINDS[name];
  const part = (value: number) => (forth(value) - forth(axis.low)) / (forth(axis.high) - forth(axis.low));
  const within = objectives.filter(({ at }) => at >= axis.low && at <= axis.high);
  return within.map(({ at, text }) => ({ y: bottom - part(at) * (bottom - top), text }));
}

/** Says that there is nothing to draw, where there is nothing. */
function drawNothing(u: uPlot, scene: Scene, name: PanelName): void {
  const { columns } = scene.shown.panels[name];
  if (columns.some((column) => column.some((value) => typeof value === 'number'))) return;
  inPixels(u, (ctx, box) => {
    ctx.font = `13px ${FONT}`;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    rimmed(ctx, 'No requests counted in this range', [(box.left + box.right) / 2, box.top + (box.bottom - box.top) / 3], scene);
  });
}

/** Dim text, with a rim that keeps it readable on lines. */
function rimmed(ctx: CanvasRenderingContext2D, text: string, at: Spot, { colours }: Scene): void {
  ctx.lineJoin = 'round';
  ctx.lineWidth = 4;
  [ctx.strokeStyle, ctx.fillStyle] = [colours.card, colours.dim];
  ctx.strokeText(text, ...at);
  ctx.fillText(text, ...at);
}

function lineOf(ctx: CanvasRenderingContext2D, change: Change, scene: Scene, from: Spot, to: Spot): void {
  stroke(ctx, { ...LOOKS[change.kind], colour: colourOf(change, scene) }, from, to);
}

function colourOf({ kind }: Change, { colours }: Scene): string {
  if (kind === 'rollback') return colours.bad;
  return kind === 'stage' ? colours.dim : colours.strong;
}

/** Where the line of a change is, in pixels of the page. */
function placeOf(u: uPlot, { from, to }: Scene): (change: Change) => number {
  const { left, width } = boxOf(u);
  return ({ at }) => left + ((at - from) / (to - from)) * width;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly width: number;
}

function boxOf({ bbox }: uPlot): Box {
  const pxRatio = devicePixelRatio;
  const [left, top, width] = [bbox.left / pxRatio, bbox.top / pxRatio, bbox.width / pxRatio];
  return { left, top, width, right: left + width, bottom: top + bbox.height / pxRatio };
}

/** Draws in pixels of the page. uPlot remembers what it has set, so that all is put back. */
function inPixels(u: uPlot, work: (ctx: CanvasRenderingContext2D, box: Box) => void): void {
  u.ctx.save();
  u.ctx.scale(devicePixelRatio, devicePixelRatio);
  work(u.ctx, boxOf(u));
  u.ctx.restore();
}

type Spot = readonly [number, number];

interface Look {
  readonly colour: string;
  readonly dash: readonly number[];
  readonly width: number;
}

function stroke(ctx: CanvasRenderingContext2D, look: Look, from: Spot, to: Spot): void {
  ctx.beginPath();
  ctx.strokeStyle = look.colour;
  ctx.lineWidth = look.width;
  ctx.setLineDash([...look.dash]);
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
}
