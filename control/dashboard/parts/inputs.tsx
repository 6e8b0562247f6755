// The inputs that forms are made of: each with its label, its hint and what is wrong with it.
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { Field } from './form.tsx';
import './inputs.css';

/** Of a reason, as control takes it. */
const MOST_CHARACTERS = 500;

interface Shape {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly issue?: string | undefined;
  readonly value: string;
  readonly set: (value: string) => void;
  readonly disabled?: boolean;
}

interface TextShape extends Shape {
  /** What stands behind it, such as `%`. */
  readonly unit?: string;
  readonly mode?: 'text' | 'decimal' | 'numeric' | 'url';
  readonly placeholder?: string;
}

/** A line of text, or a figure: as text, so that what is typed is kept as it is. */
export function TextField({ label, hint, issue, value, set, unit, mode = 'text', placeholder, disabled }: TextShape) {
  return (
    <Field label={unit === undefined ? label : `${label} (${unit})`} hint={hint} issue={issue}>
      {(tie) => (
        <input
          {...tie}
          type="text"
          inputMode={mode}
          autocomplete="off"
          spellcheck={false}
          placeholder={placeholder}
          disabled={disabled}
          value={value}
          onInput={(event) => set(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface SelectShape<T extends string> extends Omit<Shape, 'value' | 'set'> {
  readonly value: T;
  readonly set: (value: T) => void;
  /** Value → what is read. */
  readonly options: readonly (readonly [value: T, text: string])[];
}

/** One of some. */
export function SelectField<T extends string>({ label, hint, issue, value, set, options, disabled }: SelectShape<T>) {
  return (
    <Field label={label} hint={hint} issue={issue}>
      {(tie) => (
        <select {...tie} value={value} disabled={disabled} onChange={(event) => set(event.currentTarget.value as T)}>
          {options.map(([one, text]) => (
            <option key={one} value={one}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Why somebody does something: for the audit, and for those who come later. */
export function ReasonField({ issue, value, set }: Pick<Shape, 'issue' | 'value' | 'set'>) {
  const length = [...value.trim()].length;
  const used = length === 0 ? '' : ` ${length} of ${MOST_CHARACTERS} characters.`;
  const hint = `Why; it goes to the audit. It may be left empty.${used}`;
  return (
    <Field label="Reason" hint={hint} issue={issue ?? (length > MOST_CHARACTERS ? hint : undefined)}>
      {(tie) => <textarea {...tie} rows={2} value={value} onInput={(event) => set(event.currentTarget.value)} />}
    </Field>
  );
}

interface ChoicesShape {
  readonly label: string;
  /** What all of them are called. */
  readonly all: string;
  readonly options: readonly { readonly value: string; readonly about?: string }[];
  /** `null`: all. */
  readonly chosen: readonly string[] | null;
  readonly set: (chosen: readonly string[] | null) => void;
  readonly hint?: ComponentChildren;
  readonly issue?: string | undefined;
}

/** Some of several, or all. */
export function Choices({ label, all, options, chosen, set, hint, issue }: ChoicesShape) {
  const id = useId();
  const about = hint === undefined && issue === undefined ? undefined : `${id}-about`;
  const isChosen = (value: string) => chosen?.includes(value) ?? true;
  const pick = (picked: string, isOn: boolean) =>
    set(options.map(({ value }) => value).filter((value) => (value === picked ? isOn : isChosen(value))));
  return (
    <fieldset class="inputs-choices" aria-describedby={about}>
      <legend>{label}</legend>
      <Check label={all} checked={chosen === null} set={(isOn) => set(isOn ? null : [])} />
      <div class="inputs-choices-each">
        {options.map(({ value, about: what }) => (
          <Check key={value} label={value} about={what} checked={isChosen(value)} set={(isOn) => pick(value, isOn)} />
        ))}
      </div>
      {about !== undefined && (
        <p id={about} class={issue === undefined ? 'hint' : 'hint wrong'}>
          {issue ?? hint}
        </p>
      )}
    </fieldset>
  );
}

interface CheckShape {
  readonly label: string;
  readonly about?: string | undefined;
  readonly checked: boolean;
  readonly set: (checked: boolean) => void;
}

/** Something that is so or not. */
export function Check({ label, about, checked, set }: CheckShape) {
  return (
    <label class="inputs-check">
      <input type="checkbox" checked={checked} onChange={(event) => set(event.currentTarget.checked)} />
      <span>
        {label}
        {about !== undefined && <span class="dim">: {about}</span>}
      </span>
    </label>
  );
}
