// The colours of the page, for what is drawn and not styled.
import { SLOT_COLOURS } from '../parts/slot.tsx';

/** Colours by what they mean, as the page has them now. */
export interface Colours {
  readonly slots: readonly string[];
  readonly text: string;
  readonly dim: string;
  readonly line: string;
  readonly strong: string;
  readonly bad: string;
  readonly badGround: string;
  readonly card: string;
}

/** Reads the colours where an element is: a custom property has its text alone, so each is put on something first. */
export function coloursAt(element: HTMLElement): Colours {
  const probe = document.createElement('span');
  probe.hidden = true;
  element.append(probe);
  const colour = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    slots: Array.from({ length: SLOT_COLOURS }, (_, i) => colour(`slot-${i}`)),
    text: colour('text'),
    dim: colour('dim'),
    line: colour('line'),
    strong: colour('line-strong'),
    bad: colour('bad'),
    badGround: colour('bad-ground'),
    card: colour('card'),
  };
  probe.remove();
  return colours;
}

/** Tells of each change between light and dark, until it is told to stop, by what is returned. */
export function onScheme(changed: () => void): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', changed);
  return () => dark.removeEventListener('change', changed);
}
