// Evidence over time as SVG: a line each, and the height at which a rollback comes. Pure.

/** One line of a plot: evidence (log 10) at times in seconds. */
export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [seconds: number, log10: number])[];
}

const WIDTH = 760;
const HEIGHT = 380;
const LEFT = 56;
const RIGHT = 24;
const TOP = 56;
const BOTTOM = 44;
const LOWEST = -4;
const HIGHEST = 4;
const COLOURS = ['#0b6e99', '#c2410c', '#4d7c0f', '#7e22ce', '#334155', '#a16207'];
const MOST_POINTS = 600;

/**
 * @param threshold log 10 of the evidence that a rollback takes
 * @returns an SVG document
 */
export function plot(title: string, curves: readonly Curve[], threshold: number): string {
  const last = Math.max(1, ...curves.flatMap(({ points }) => points.map(([seconds]) => seconds)));
  const x = (seconds: number) => LEFT + (seconds / last) * (WIDTH - LEFT - RIGHT);
  const y = (log: number) => TOP + ((HIGHEST - clamp(log)) / (HIGHEST - LOWEST)) * (HEIGHT - TOP - BOTTOM);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="20" font-size="14" font-weight="600" fill="#0f172a">${escaped(title)}</text>`,
    ...powers().map((log) => horizontal(y(log), `10${superscript(log)}`, '#e2e8f0')),
    ...ticks(last).map((seconds) => tick(x(seconds), seconds)),
    ...curves.map((curve, i) => line(curve, COLOURS[i % COLOURS.length] ?? '', x, y)),
    `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(threshold)}" y2="${y(threshold)}" stroke="#dc2626" stroke-dasharray="6 4"/>`,
    `<text x="${WIDTH - RIGHT}" y="${y(threshold) - 5}" text-anchor="end" fill="#dc2626">rollback</text>`,
    ...curves.map(({ name }, i) => legend(name, i, curves.length)),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle" fill="#475569">seconds</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function line({ points }: Curve, colour: string, x: (s: number) => number, y: (l: number) => number): string {
  // The last point is the one that matters.
  const step = Math.ceil(points.length / MOST_POINTS);
  const shown = points.filter((_, i) => i % step === 0 || i === points.length - 1);
  const path = shown.map(([seconds, log]) => `${x(seconds).toFixed(1)},${y(log).toFixed(1)}`).join(' ');
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`;
}

function horizontal(y: number, label: string, colour: string): string {
  return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}" stroke="${colour}"/><text x="${LEFT - 8}" y="${y + 4}" text-anchor="end" fill="#475569">${label}</text>`;
}

function tick(x: number, seconds: number): string {
  const bottom = HEIGHT - BOTTOM;
  return `<line x1="${x}" x2="${x}" y1="${bottom}" y2="${bottom + 5}" stroke="#94a3b8"/><text x="${x}" y="${bottom + 18}" text-anchor="middle" fill="#475569">${seconds}</text>`;
}

function legend(name: string, i: number, count: number): string {
  const x = LEFT + (i * (WIDTH - LEFT - RIGHT)) / Math.max(count, 4);
  return `<rect x="${x}" y="32" width="12" height="4" fill="${COLOURS[i % COLOURS.length]}"/><text x="${x + 18}" y="38" fill="#0f172a">${escaped(name)}</text>`;
}

function powers(): number[] {
  return Array.from({ length: (HIGHEST - LOWEST) / 2 + 1 }, (_, i) => LOWEST + 2 * i);
}

function ticks(last: number): number[] {
  const step = [1, 2, 5, 10, 20, 60, 120, 300, 600, 1800, 3600, 7200].find((s) => last / s <= 8) ?? Math.ceil(last / 8);
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, i) => i * step);
}

function clamp(log: number): number {
  return Math.min(Math.max(log, LOWEST), HIGHEST);
}

function superscript(power: number): string {
  return String(power).replace(/[-\d]/g, (c) => (c === '-' ? '⁻' : ('⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(c)] ?? '')));
}

function escaped(text: string): string {
  return text.replace(/[<>&"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
