// One figure, to be typed: what it means, what it is unless a service says otherwise, and the way back to that.

import { DEFAULT_SLO } from '../../core/slo.ts';
import { Field } from '../parts/form.tsx';
import { Check } from '../parts/inputs.tsx';
import { type Figure, type FigureName, shownOf, UNIT_NAMES } from './figures-list.ts';
import { DEFAULT_FIELDS } from './slos-fields.ts';

interface Shape {
  readonly figure: Figure;
  readonly value: string;
  readonly issue: string | undefined;
  readonly set: (changed: Partial<Record<FigureName, string>>) => void;
}

/** The field of a figure. */
export function FigureField({ figure, value, issue, set }: Shape) {
  const { name, label, unit, about, off } = figure;
  const isOff = off !== undefined && value === 'off';
  const back = DEFAULT_FIELDS[name];
  const put = (text: string) => set({ [name]: text });
  return (
    <div class="objective-figure">
      <Field label={label} hint={`${about} Default: ${shownOf(figure, DEFAULT_SLO[name])}.`} issue={issue}>
        {(tie) => (
          <div class="objective-input">
            <input
              {...tie}
              type="text"
              inputMode={unit === 'seconds' ? 'text' : 'decimal'}
              autocomplete="off"
              disabled={isOff}
              value={isOff ? '' : value}
              onInput={(event) => put(event.currentTarget.value)}
            />
            {UNIT_NAMES[unit] !== undefined && <span class="dim">{UNIT_NAMES[unit]}</span>}
          </div>
        )}
      </Field>
      {off !== undefined && <Check label="off" about={off} checked={isOff} set={(is) => put(is ? 'off' : back)} />}
      {value !== back && (
        <div class="small-buttons">
          <button type="button" onClick={() => put(back)}>
            Back to default
            <span class="visually-hidden"> of {label}</span>
          </button>
        </div>
      )}
    </div>
  );
}
