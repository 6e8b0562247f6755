// The three charts together: one time axis, one cursor. Draws at most once a frame, and leaves nothing behind when it is taken away.
import type uPlot from 'uplot';
import { coloursAt, onScheme } from './colours.ts';
import { PANELS, type PanelName } from './panels.ts';
import { newPlot, pointTo, redraw } from './plot.ts';
import type { Scene } from './scene.ts';

/** What is drawn, but for its colours, which the page has. */
export type View = Omit<Scene, 'colours'>;

/** The charts, and what each is in words. */
export type Texts = Readonly<Record<PanelName, string>>;

/** The charts on the page. */
export class Plots {
  private scene: Scene;
  private texts: Texts;
  private readonly plots: readonly (readonly [PanelName, uPlot])[];
  private readonly size: ResizeObserver;
  private readonly forget: () => void;
  private frame = 0;
  /** Whether only the cursor has moved since the last frame. */
  private isDrawn = true;

  /** Puts the charts into their elements; those have nothing else in them. */
  constructor(hosts: Readonly<Record<PanelName, HTMLElement>>, view: View, texts: Texts) {
    const { rate: first } = hosts;
    this.scene = { ...view, colours: coloursAt(first) };
    this.texts = texts;
    this.plots = PANELS.map((name) => [name, newPlot(name, hosts[name], () => this.scene)] as const);
    this.size = new ResizeObserver(() => this.fit(first.clientWidth));
    this.size.observe(first);
    this.forget = onScheme(() => {
      this.scene = { ...this.scene, colours: coloursAt(first) };
      this.later(true);
    });
    this.draw();
  }

  /** Shows something else, with the next frame. */
  show(view: View, texts: Texts): void {
    const { cursor, ...others } = this.scene;
    const isOther = (['shown', 'from', 'to', 'changes'] as const).some((key) => view[key] !== others[key]);
    this.scene = { ...view, colours: this.scene.colours };
    this.texts = texts;
    if (isOther || view.cursor !== cursor) this.later(isOther);
  }

  /** Takes the charts away. */
  destroy(): void {
    cancelAnimationFrame(this.frame);
    this.size.disconnect();
    this.forget();
    for (const [, plot] of this.plots) plot.destroy();
  }

  private fit(width: number): void {
    if (width === 0 || this.plots.every(([, plot]) => plot.width === width)) return;
    // Another scene: labels are placed by the width.
    this.scene = { ...this.scene };
    for (const [, plot] of this.plots) plot.setSize({ width, height: plot.height });
    this.later(true);
  }

  private later(isWhole: boolean): void {
    if (isWhole) this.isDrawn = false;
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.onFrame());
  }

  private onFrame(): void {
    this.frame = 0;
    if (this.isDrawn) for (const [, plot] of this.plots) pointTo(plot, this.scene);
    else this.draw();
  }

  private draw(): void {
    this.isDrawn = true;
    for (const [name, plot] of this.plots) {
      redraw(plot, name, this.scene);
      plot.ctx.canvas.setAttribute('aria-label', this.texts[name]);
    }
  }
}
