// The dialog that makes a release: which slot, by which plan, and what it will do.
import { useState } from 'preact/hooks';
import { releaseBody } from '../../api/schemas.ts';
import type { PlanView, ServiceView } from '../../api/types.ts';
import { STAGES_FORM, versionName } from '../../words.ts';
import { useAnswer } from '../parts/answer.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field, FormButtons, Refusal, type Sending, useSending } from '../parts/form.tsx';
import { Check, ReasonField, SelectField, TextField } from '../parts/inputs.tsx';
import { Notice } from '../parts/notice.tsx';
import { servicePath } from '../service-path.ts';
import { useSession } from '../session.tsx';
import { bodyOf, candidatesOf, type Draft, draftOf, planText, releaseOf, whyNoRelease } from './new-release.ts';
import { slotText } from './says.ts';
import { type Deed, steerDeed } from './verbs.ts';

/** The value of the choice of a plan that is none. */
const OWN = '';

interface Part {
  readonly service: ServiceView;
  readonly plans: readonly PlanView[];
  readonly draft: Draft;
  readonly put: (news: Partial<Draft>) => void;
  readonly sending: Sending;
}

/** The dialog that makes a release of a service, as that is by now. */
export function NewRelease({ service, close }: { readonly service: ServiceView; readonly close: () => void }) {
  const { api, me } = useSession();
  const { answer, failure } = useAnswer<{ plans: PlanView[] }>('/plans');
  const plans = answer?.plans ?? [];
  const [draft, setDraft] = useState(() => draftOf(service));
  const [reason, setReason] = useState('');
  const sending = useSending();
  const whyNot = whyNoRelease(service);
  const release = releaseOf(service, draft, plans);
  // To start it is what it comes to, sooner or later: its verb knows what that will do.
  const start = release === null ? null : steerDeed(service, release, 'start', me.role);
  const force = start?.force ?? null;
  const fields = bodyOf(draft);
  const body = typeof fields === 'string' ? null : { ...fields, reason: reason.trim() || null };
  const isOff = whyNot !== null || start === null || start.whyNot !== null || (force !== null && !draft.isForced);
  const confirm = async () => {
    const path = `${servicePath(service.service)}/releases`;
    if (await sending.send(releaseBody, body, () => api.call('POST', path, body ?? {}))) close();
  };
  const part = { service, plans, draft, put: (news: Partial<Draft>) => setDraft({ ...draft, ...news }), sending };
  return (
    <Dialog title={`New release of ${service.service}`} close={close}>
      <form
        class="ask"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isOff && body !== null) void confirm();
        }}
      >
        {failure !== null && <Notice kind="bad">{failure.message}</Notice>}
        {whyNot !== null && <Notice kind="warn">{whyNot}</Notice>}
        <CandidateField {...part} />
        <PlanField {...part} />
        {draft.plan === null && <StagesField {...part} mistake={typeof fields === 'string' ? fields : undefined} />}
        <NameField {...part} />
        <Check label="Start it at once" checked={draft.isStarted} set={(isStarted) => part.put({ isStarted })} />
        {force !== null && <Check label={force} checked={draft.isForced} set={(isForced) => part.put({ isForced })} />}
        {whyNot === null && start !== null && <p class="ask-does">{doesText(service, draft, start)}</p>}
        <ReasonField value={reason} set={setReason} issue={sending.issues.reason} />
        <Refusal sending={sending} shown={['reason', 'slot', 'plan', 'name']} />
        <FormButtons verb={verbOf(draft, start)} isBusy={sending.isBusy} {...{ isOff, close }} />
      </form>
    </Dialog>
  );
}

function verbOf({ slot, isStarted }: Draft, start: Deed | null): string {
  if (start === null || start.whyNot !== null) return 'Make the release';
  return isStarted ? start.confirm : `Make the release of ${slot}`;
}

function doesText(service: ServiceView, { slot, isStarted }: Draft, start: Deed): string {
  if (start.whyNot !== null) return start.whyNot;
  return isStarted ? start.does : `A release of ${slotText(service, slot)} is made, and waits to be started; no visitor moves.`;
}

function CandidateField({ service, draft, put, sending }: Part) {
  return (
    <Field label="Candidate" hint="The slot that is to take over." issue={sending.issues.slot}>
      {(tie) => (
        <select {...tie} value={draft.slot} onChange={({ currentTarget }) => put({ slot: currentTarget.value })}>
          {candidatesOf(service).map(({ slot, whyNot }) => (
            <option key={slot} value={slot} disabled={whyNot !== null}>
              {slot}: {whyNot ?? versionName(service.slots[slot]?.version ?? null)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function PlanField({ service, plans, draft, put, sending }: Part) {
  const plan = plans.find(({ name }) => name === draft.plan);
  const hint = draft.plan === null ? 'What it does else is as by default.' : plan === undefined ? 'Loading…' : planText(plan);
  const options = plans.flatMap(({ name }) =>
    name === null ? [] : [[name, name === service.defaultPlan ? `${name} (default)` : name] as const],
  );
  return (
    <SelectField
      label="Plan"
      hint={hint}
      issue={sending.issues.plan}
      value={draft.plan ?? OWN}
      set={(value) => put({ plan: value === OWN ? null : value })}
      options={[...options, [OWN, 'stages of its own…']]}
    />
  );
}

function StagesField({ draft, put, mistake }: Part & { readonly mistake: string | undefined }) {
  return (
    <TextField
      label="Stages"
      hint={`${STAGES_FORM}, such as 10:300,50:300:200:manual,100:60`}
      issue={draft.stages.trim() === '' ? undefined : mistake}
      value={draft.stages}
      set={(stages) => put({ stages })}
    />
  );
}

function NameField({ draft, put, sending }: Part) {
  return (
    <TextField
      label="Name"
      hint="For people; may be left out."
      issue={sending.issues.name}
      value={draft.name}
      set={(name) => put({ name })}
    />
  );
}
