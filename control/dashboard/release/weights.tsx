// Weights set by hand: what each slot is to get, one of them the rest, and what comes of it.
import { useState } from 'preact/hooks';
import type { ServiceView } from '../../api/types.ts';
import { percent, splitText } from '../../words.ts';
import { Dialog } from '../parts/dialog.tsx';
import { FormButtons, issuesOf, Refusal, type Sending, useSending } from '../parts/form.tsx';
import { ReasonField } from '../parts/inputs.tsx';
import { Notice } from '../parts/notice.tsx';
import { SlotName, slotClass } from '../parts/slot.tsx';
import { useSession } from '../session.tsx';
import { sentOf, splitDeed } from './verbs.ts';
import { type Typed, typedOf, weighed } from './weights.ts';
import './weights.css';

interface Shape {
  /** As it is by now. */
  readonly service: ServiceView;
  readonly close: () => void;
}

/** The dialog that sets weights; they are set only if the split is still the one it began with. */
export function SetWeights({ service, close }: Shape) {
  const { api, me } = useSession();
  const [began, setBegan] = useState(service);
  const [typed, setTyped] = useState(() => typedOf(service));
  const [reason, setReason] = useState('');
  const sending = useSending();
  const { weights, mistake } = weighed(typed);
  // Against the service as it is by now, but the revision that was looked at.
  const deed = splitDeed(service, weights, me.role);
  const body = sentOf(deed, began.split, reason, null);
  const issues = mistake === null ? issuesOf(deed.schema, body) : {};
  const hasMoved = began.split.revision !== service.split.revision && !sending.isBusy;
  const isOff = mistake !== null || Object.keys(issues).length > 0 || hasMoved || deed.whyNot !== null;
  const confirm = async () => {
    if (await sending.send(deed.schema, body, () => api.call(deed.method, deed.path, body))) close();
  };
  const beginAnew = () => {
    setBegan(service);
    setTyped(typedOf(service));
  };
  return (
    <Dialog title={deed.title} close={close}>
      <form
        class="ask"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isOff) void confirm();
        }}
      >
        {hasMoved && <Moved service={service} beginAnew={beginAnew} />}
        <Shares
          service={service}
          typed={typed}
          set={setTyped}
          sending={{ ...sending, issues: { ...issues, ...sending.issues } }}
        />
        {mistake !== null && <p class="hint wrong">{mistake}</p>}
        {mistake === null && deed.whyNot !== null && <Notice kind="warn">{deed.whyNot}</Notice>}
        {!isOff && <p class="ask-does">{deed.does}</p>}
        <ReasonField value={reason} set={setReason} issue={sending.issues.reason} />
        <Refusal sending={sending} shown={['reason', ...Object.keys(service.slots).map((slot) => `weights.${slot}`)]} />
        <FormButtons verb={isOff ? 'Set weights' : deed.confirm} isBusy={sending.isBusy} {...{ isOff, close }} />
      </form>
    </Dialog>
  );
}

function Moved({ service: { split }, beginAnew }: { readonly service: ServiceView; readonly beginAnew: () => void }) {
  return (
    <Notice kind="warn">
      <strong>The split has changed while you were here.</strong> It is {splitText(split.weights)} by now, at revision{' '}
      {split.revision}.
      <div class="buttons">
        <button type="button" onClick={beginAnew}>
          Begin again from it
        </button>
      </div>
    </Notice>
  );
}

interface SharesShape {
  readonly service: ServiceView;
  readonly typed: Typed;
  readonly set: (typed: Typed) => void;
  readonly sending: Pick<Sending, 'issues'>;
}

function Shares({ service, typed, set, sending: { issues } }: SharesShape) {
  const slots = Object.keys(service.slots);
  const { weights, sum, mistake } = weighed(typed);
  const left = weights[typed.rest] ?? 0;
  return (
    <>
      {slots.map((slot) => (
        <Share
          key={slot}
          slots={slots}
          slot={slot}
          text={slot === typed.rest ? (mistake === null ? String(left) : '') : (typed.texts[slot] ?? '')}
          issue={issues[`weights.${slot}`]}
          isRest={slot === typed.rest}
          put={(text) => set({ ...typed, texts: { ...typed.texts, [slot]: text } })}
          takeRest={() => set({ texts: { ...typed.texts, [typed.rest]: String(Math.max(left, 0) || 0) }, rest: slot })}
        />
      ))}
      <p class="weights-sum" aria-live="polite">
        Sum: {mistake === null ? `${percent(sum)} + ${percent(left)} for ${typed.rest} = 100 %` : '–'}
      </p>
    </>
  );
}

interface ShareShape {
  readonly slots: readonly string[];
  readonly slot: string;
  readonly text: string;
  readonly issue: string | undefined;
  readonly isRest: boolean;
  readonly put: (text: string) => void;
  readonly takeRest: () => void;
}

function Share({ slots, slot, text, issue, isRest, put, takeRest }: ShareShape) {
  const number = Number(text.replace(',', '.')) || 0;
  return (
    <fieldset class={`weights-slot ${slotClass(slots, slot)}`}>
      <legend>
        <SlotName slots={slots} slot={slot} />
      </legend>
      <input
        type="range"
        min={0}
        max={100}
        step={1}
        value={number}
        disabled={isRest}
        aria-label={`Weight of ${slot}, by a slider`}
        onInput={(event) => put(event.currentTarget.value)}
      />
      <label class="weights-number">
        <span class="visually-hidden">Weight of {slot} in percent</span>
        <input
          inputMode="decimal"
          autocomplete="off"
          value={text}
          readOnly={isRest}
          // A dialog begins where there is something to type.
          autofocus={!isRest}
          aria-invalid={issue === undefined ? undefined : 'true'}
          onInput={(event) => put(event.currentTarget.value)}
        />
        <span aria-hidden="true">%</span>
      </label>
      <label class="weights-rest">
        <input type="radio" name="rest" checked={isRest} onChange={takeRest} /> gets the rest
      </label>
      {issue !== undefined && <p class="hint wrong">{issue}</p>}
    </fieldset>
  );
}
