// What is said of a slot, in a table and in a block alike.
import type { DeploymentView } from '../../api/types.ts';
import { versionName } from '../../words.ts';
import { Clipped } from '../parts/clipped.tsx';
import { SlotName } from '../parts/slot.tsx';
import { Ago } from '../parts/when.tsx';
import { probeLine, type SlotRow } from './slot-rows.ts';

const NAME_CHARACTERS = 48;
const MESSAGE_CHARACTERS = 140;

/** Slots to show. */
export interface SlotsShown {
  readonly rows: readonly SlotRow[];
  /** In the order in which the service has them. */
  readonly names: readonly string[];
  /** The share of requests that may fail. */
  readonly objective: number;
  /** ms */
  readonly now: number;
}

/** The name of a slot, what it is, and what is odd about it. */
export function SlotHead({ row: { slot, marks, notes }, names }: { readonly row: SlotRow; readonly names: readonly string[] }) {
  return (
    <>
      <SlotName slots={names} slot={slot} />
      <span class="slots-marks">
        {marks.map(({ text, look }) => (
          <span key={text} class={`badge ${look}`}>
            {text}
          </span>
        ))}
      </span>
      {notes.map((note) => (
        <span key={note} class="slots-note">
          <bdi>{note}</bdi>
        </span>
      ))}
    </>
  );
}

/** The last probe of a slot. */
export function Probe({ row: { slot, health }, now }: { readonly row: SlotRow; readonly now: number }) {
  const probe = health?.probe;
  return <span class={probe?.ok === false ? 'slots-failed' : undefined}>{probeLine(slot, probe, now)}</span>;
}

/** What is in a slot, and who put it there. */
export function Version({ version }: { readonly version: DeploymentView | null }) {
  if (version === null) return <p class="dim">Empty: no version was put into it.</p>;
  const { at, author, source, message } = version;
  return (
    <>
      <p>
        <strong>
          <Clipped text={versionName(version)} most={NAME_CHARACTERS} />
        </strong>
      </p>
      {message !== null && (
        <p>
          <Clipped text={message} most={MESSAGE_CHARACTERS} />
        </p>
      )}
      <p class="dim">
        <Ago at={at} />
        {author !== null && (
          <>
            {' '}
            by <Clipped text={author} most={NAME_CHARACTERS} />
          </>
        )}
        {source !== null && (
          <>
            {' '}
            from <Clipped text={source} most={NAME_CHARACTERS} />
          </>
        )}
      </p>
    </>
  );
}
