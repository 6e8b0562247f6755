// A plan that is made or changed.
import { useMemo } from 'preact/hooks';
import type { ChannelView, NamedPlanView } from '../../api/types.ts';
import { PLAN_DEFAULTS } from '../../core/plan.ts';
import { ON_FAIL, ON_INSUFFICIENT } from '../../setting-words.ts';
import { secondsText } from '../figures.ts';
import { useChecked } from '../parts/checked.ts';
import { useFields } from '../parts/fields.ts';
import { FormDialog } from '../parts/form-dialog.tsx';
import { ReasonField, SelectField, TextField } from '../parts/inputs.tsx';
import { useSession } from '../session.tsx';
import { HookRows } from './hook-rows.tsx';
import { bodyOf, fieldsOf, NEW_PLAN, type PlanFields, planSchema } from './plan-fields.ts';
import { StageRows } from './stage-rows.tsx';

/** What a form is about: a plan that is changed, or a new one, which may begin as a copy. */
export type PlanTask = { readonly kind: 'new' } | { readonly kind: 'edit' | 'copy'; readonly plan: NamedPlanView };

interface Shape {
  readonly task: PlanTask;
  readonly plans: readonly NamedPlanView[];
  readonly channels: readonly ChannelView[];
  readonly done: (plan: NamedPlanView) => void;
  readonly close: () => void;
}

/** The form of a plan, in a dialog. */
export function PlanForm({ task, plans, channels, done, close }: Shape) {
  const { api } = useSession();
  const { begun, fields, set, isDirty } = useFields(() => beginning(task));
  const isNew = task.kind !== 'edit';
  const schema = useMemo(() => planSchema(isNew ? plans.map(({ name }) => name ?? '') : []), [isNew, plans]);
  const body = bodyOf(fields);
  const checked = useChecked(schema, body);
  const call = async () => {
    const { name, ...rest } = body;
    done(await api.call<NamedPlanView>('PUT', `/plans/${encodeURIComponent(name)}`, rest));
  };
  const { issues } = checked;
  return (
    <FormDialog
      title={titleOf(task)}
      verb={isNew ? 'Make the plan' : `Set ${begun.name}`}
      shown={SHOWN}
      {...{ checked, isDirty, call, close }}
    >
      <div class="plan-form">
        <p class="dim">A release keeps the plan it was made by: those that run are not touched by this.</p>
        {isNew && <TextField label="Name" value={fields.name} set={(name) => set({ name })} issue={issues.name} />}
        <StageRows stages={fields.stages} issues={issues} set={(stages) => set({ stages })} />
        <Rules {...{ fields, issues, set }} />
        <HookRows hooks={fields.hooks} channels={channels} issues={issues} set={(hooks) => set({ hooks })} />
        <ReasonField value={fields.reason} set={(reason) => set({ reason })} issue={issues.reason} />
      </div>
    </FormDialog>
  );
}

const SHOWN = /^(name|stages(\.\d+\.\w+)?|hooks(\.\d+\.\w+)?|onFail|onInsufficient|bakeSeconds|reason)$/;
const FAILS = Object.entries(ON_FAIL) as [PlanFields['onFail'], string][];
const INSUFFICIENTS = Object.entries(ON_INSUFFICIENT) as [PlanFields['onInsufficient'], string][];

interface RulesShape {
  readonly fields: PlanFields;
  readonly issues: Readonly<Record<string, string>>;
  readonly set: (changed: Partial<PlanFields>) => void;
}

function Rules({ fields, issues, set }: RulesShape) {
  return (
    <div class="plan-rules">
      <SelectField
        label="If the candidate fails"
        value={fields.onFail}
        set={(onFail) => set({ onFail })}
        options={FAILS}
        issue={issues.onFail}
      />
      <SelectField
        label="If requests are too few"
        value={fields.onInsufficient}
        set={(onInsufficient) => set({ onInsufficient })}
        options={INSUFFICIENTS}
        issue={issues.onInsufficient}
      />
      <TextField
        label="Bake"
        hint="How long it is watched after it is complete. Seconds, or 10 min, 1 h; 0 for none."
        value={fields.bake}
        set={(bake) => set({ bake })}
        issue={issues.bakeSeconds}
        placeholder={secondsText(PLAN_DEFAULTS.bakeSeconds)}
      />
    </div>
  );
}

function beginning(task: PlanTask): PlanFields {
  if (task.kind === 'new') return NEW_PLAN;
  return { ...fieldsOf(task.plan), ...(task.kind === 'copy' && { name: '' }) };
}

function titleOf(task: PlanTask): string {
  if (task.kind === 'new') return 'New plan';
  return task.kind === 'copy' ? `New plan like ${task.plan.name}` : `Plan ${task.plan.name}`;
}
