// A slot by its colour and its name: never by its colour alone.

/** Colours there are, as `--slot-0` and so on; slots beyond begin again. */
export const SLOT_COLOURS = 6;

/** The class that carries a slot's colour as `--slot`; `slots` in the order in which the service has them. */
export function slotClass(slots: readonly string[], slot: string): string {
  return `slot-${Math.max(slots.indexOf(slot), 0) % SLOT_COLOURS}`;
}

/** A slot's name with its colour beside it. */
export function SlotName({ slots, slot }: { readonly slots: readonly string[]; readonly slot: string }) {
  return (
    <span class={`slot ${slotClass(slots, slot)}`}>
      <span class="swatch" aria-hidden="true" />
      {slot}
    </span>
  );
}
