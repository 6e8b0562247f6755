// The stages of a plan, to be filled in: a row each, moved and removed by buttons.
import { useRef, useState } from 'preact/hooks';
import { MIN_REQUESTS } from '../../core/plan.ts';
import type { Issues } from '../parts/form.tsx';
import { SelectField, TextField } from '../parts/inputs.tsx';
import { type StageFields, withMoved, withStage } from './plan-fields.ts';

interface Shape {
  readonly stages: readonly StageFields[];
  readonly issues: Issues;
  readonly set: (stages: readonly StageFields[]) => void;
}

const ADVANCES = [
  ['auto', 'by itself'],
  ['manual', 'when a person approves'],
] as const;

/** All stages. */
export function StageRows({ stages, issues, set }: Shape) {
  const [told, setTold] = useState('');
  const add = useRef<HTMLButtonElement>(null);
  const move = (from: number, by: -1 | 1) => {
    if (stages[from + by] === undefined) return;
    set(withMoved(stages, from, by));
    setTold(`Stage ${from + 1} is stage ${from + by + 1} now.`);
  };
  const remove = (at: number) => {
    set(stages.filter((_, i) => i !== at));
    setTold(`Stage ${at + 1} is removed.`);
    add.current?.focus();
  };
  return (
    <fieldset class="plan-stages">
      <legend>Stages</legend>
      <ol>
        {stages.map((stage, i) => (
          <StageRow
            key={stage.key}
            stage={stage}
            at={i}
            of={stages.length}
            issues={issues}
            set={(changed) => set(stages.map((one) => (one.key === stage.key ? { ...one, ...changed } : one)))}
            move={(by) => move(i, by)}
            remove={() => remove(i)}
          />
        ))}
      </ol>
      {/* Their order says nothing while one of them is wrong. */}
      {issues.stages !== undefined && !Object.keys(issues).some((path) => path.startsWith('stages.')) && (
        <p class="hint wrong">{issues.stages}</p>
      )}
      <p class="hint">
        Each ends when its soak is over, its requests are served and all objectives are met. Weights do not fall; the first may be
        0, for smoke tests.
      </p>
      <button type="button" ref={add} onClick={() => set(withStage(stages))}>
        Add a stage
      </button>
      <span role="status" class="visually-hidden">
        {told}
      </span>
    </fieldset>
  );
}

interface RowShape {
  readonly stage: StageFields;
  readonly at: number;
  readonly of: number;
  readonly issues: Issues;
  readonly set: (changed: Partial<StageFields>) => void;
  readonly move: (by: -1 | 1) => void;
  readonly remove: () => void;
}

function StageRow({ stage, at, of, issues, set, move, remove }: RowShape) {
  const issueOf = (field: string) => issues[`stages.${at}.${field}`];
  return (
    <li>
      <fieldset class="plan-stage" aria-label={`Stage ${at + 1}`}>
        <div class="plan-stage-head">
          <strong>Stage {at + 1}</strong>
          <RowButtons {...{ at, of, move, remove }} />
        </div>
        <TextField
          label="Weight"
          unit="%"
          mode="decimal"
          value={stage.weight}
          set={(weight) => set({ weight })}
          issue={issueOf('weight')}
        />
        <TextField
          label="Soak"
          value={stage.soak}
          set={(soak) => set({ soak })}
          issue={issueOf('soakSeconds')}
          placeholder="5 min"
        />
        <TextField
          label="Requests"
          mode="numeric"
          value={stage.minRequests}
          set={(minRequests) => set({ minRequests })}
          issue={issueOf('minRequests')}
          placeholder={String(MIN_REQUESTS)}
        />
        <SelectField
          label="Goes on"
          value={stage.advance}
          set={(advance) => set({ advance })}
          options={ADVANCES}
          issue={issueOf('advance')}
        />
      </fieldset>
    </li>
  );
}

// Not disabled at the ends, where a button that was just pressed would lose the focus.
function RowButtons({ at, of, move, remove }: Pick<RowShape, 'at' | 'of' | 'move' | 'remove'>) {
  const its = <span class="visually-hidden"> stage {at + 1}</span>;
  return (
    <div class="small-buttons">
      <button type="button" aria-disabled={at === 0} onClick={() => move(-1)}>
        Up{its}
      </button>
      <button type="button" aria-disabled={at === of - 1} onClick={() => move(1)}>
        Down{its}
      </button>
      <button type="button" disabled={of === 1} onClick={remove}>
        Remove{its}
      </button>
    </div>
  );
}
