// Buttons of which one is pressed.

interface Shape<T> {
  readonly label: string;
  readonly values: readonly T[];
  readonly value: T;
  readonly name: (value: T) => string;
  readonly choose: (value: T) => void;
}

/** A choice of one among few. */
export function Choice<T extends string | number>({ label, values, value, name, choose }: Shape<T>) {
  return (
    <fieldset class="chart-choice">
      <legend class="visually-hidden">{label}</legend>
      {values.map((one) => (
        <button key={one} type="button" aria-pressed={one === value} onClick={() => choose(one)}>
          {name(one)}
        </button>
      ))}
    </fieldset>
  );
}
