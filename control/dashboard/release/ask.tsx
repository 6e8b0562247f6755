// The dialog of a verb: what it will do, why it is done, and the button that names the slot.
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Dialog } from '../parts/dialog.tsx';
import { FormButtons, Refusal, type Sending, useSending } from '../parts/form.tsx';
import { Check, ReasonField } from '../parts/inputs.tsx';
import { Notice } from '../parts/notice.tsx';
import { useSession } from '../session.tsx';
import { type Deed, isSameDeed, sentOf } from './verbs.ts';
import './ask.css';

/** What control refuses unless it is forced. */
const FORCIBLE = ['/problems/version-rolled-back', '/problems/bake-running'];

interface Asked {
  /** As it is by now; while the dialog is open, it may become another. */
  readonly deed: Deed;
  readonly close: () => void;
}

/** Asks before a verb is done. What somebody saw when they opened it is what is done, or they are told. */
export function Ask({ deed, close }: Asked) {
  const { api } = useSession();
  const [agreed, setAgreed] = useState(deed);
  const [reason, setReason] = useState('');
  const [isForced, setIsForced] = useState(false);
  const sending = useSending();
  const hasMoved = !sending.isBusy && !isSameDeed(agreed, deed);
  const force = agreed.force ?? forceOf(agreed, sending);
  const body = sentOf(agreed, deed, reason, force === null ? null : isForced);
  async function confirm() {
    const isDone = await sending.send(agreed.schema, body, () => api.call(agreed.method, agreed.path, body));
    if (isDone) close();
  }
  const seeAnew = () => {
    setAgreed(deed);
    setIsForced(false);
  };
  return (
    <Dialog title={agreed.title} close={close}>
      <form
        class="ask"
        onSubmit={(event) => {
          event.preventDefault();
          if (!hasMoved && agreed.whyNot === null) void confirm();
        }}
      >
        <p class="ask-does">{agreed.does}</p>
        {hasMoved && <Moved deed={deed} seeAnew={seeAnew} />}
        {!hasMoved && agreed.whyNot !== null && <Notice kind="warn">{agreed.whyNot}</Notice>}
        {force !== null && <Check label={force} checked={isForced} set={setIsForced} />}
        <ReasonField value={reason} set={setReason} issue={sending.issues.reason} />
        <Refusal sending={sending} shown={['reason']} />
        <FormButtons
          verb={agreed.confirm}
          isBusy={sending.isBusy}
          isOff={hasMoved || agreed.whyNot !== null || (force !== null && !isForced)}
          isDanger={agreed.isDanger}
          close={close}
        />
      </form>
    </Dialog>
  );
}

function Moved({ deed, seeAnew }: { readonly deed: Deed; readonly seeAnew: () => void }) {
  return (
    <Notice kind="warn">
      <strong>This has changed while you were here.</strong>{' '}
      {deed.whyNot === null ? <>By now it would do this: {deed.does}</> : <>It is no longer possible: {deed.whyNot}</>}
      {deed.whyNot === null && (
        <div class="buttons">
          <button type="button" onClick={seeAnew}>
            Go by what is now
          </button>
        </div>
      )}
    </Notice>
  );
}

/** The buttons of some verbs; the dangerous ones stand apart. What cannot be done says why. */
export function VerbButtons({
  deeds,
  ask,
  main = [],
}: {
  readonly deeds: readonly Deed[];
  readonly ask: (id: string) => void;
  /** Those that people come for. */
  readonly main?: readonly string[];
}) {
  const whys = [...new Set(deeds.flatMap(({ whyNot }) => whyNot ?? []))];
  const button = (deed: Deed) => (
    <button
      key={deed.id}
      type="button"
      class={deed.isDanger ? 'danger' : main.includes(deed.id) ? 'main' : undefined}
      disabled={deed.whyNot !== null}
      title={deed.whyNot ?? undefined}
      onClick={() => ask(deed.id)}
    >
      {deed.label}
    </button>
  );
  const apart = deeds.filter(({ isDanger }) => isDanger);
  const safe = deeds.filter(({ isDanger }) => !isDanger);
  return (
    <>
      <div class="buttons">
        {safe.map(button)}
        {apart.length > 0 && (
          <span class={safe.length > 0 ? 'ask-dangerous ask-apart' : 'ask-dangerous'}>{apart.map(button)}</span>
        )}
      </div>
      {whys.map((why) => (
        <p key={why} class="hint">
          {why}
        </p>
      ))}
    </>
  );
}

/** Opens the dialog of one of some verbs, by its id; it stays open when the verb can no longer be done. */
export function useAsk(deedOf: (id: string) => Deed | undefined): {
  readonly ask: (id: string) => void;
  readonly dialog: ComponentChildren;
} {
  const [open, setOpen] = useState<string | null>(null);
  const last = useRef<Deed | undefined>(undefined);
  const deed = open === null ? undefined : deedOf(open);
  if (deed !== undefined) last.current = deed;
  const shown = open === null ? undefined : last.current;
  return { ask: setOpen, dialog: shown === undefined ? null : <Ask key={open} deed={shown} close={() => setOpen(null)} /> };
}

// What a page could not know: control is asked, refuses, and says what for.
function forceOf({ takesForce }: Deed, { failure }: Sending): string | null {
  const type = failure?.problem?.type;
  return takesForce && type !== undefined && FORCIBLE.includes(type) ? 'Do it all the same, by force.' : null;
}
