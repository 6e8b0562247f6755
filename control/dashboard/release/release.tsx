// One release in full, as the page of its service and its own page show it: what is to be decided, its stages, what it goes by.
import type { ComponentChildren } from 'preact';
import type { ReleaseView, ServiceView } from '../../api/types.ts';
import { ON_FAIL, ON_INSUFFICIENT } from '../../setting-words.ts';
import { count, duration, secondsUntil, versionName } from '../../words.ts';
import { useNow } from '../parts/clock.ts';
import { useKeptFocus } from '../parts/kept-focus.ts';
import { SlotName } from '../parts/slot.tsx';
import { Ago, When } from '../parts/when.tsx';
import { useSession } from '../session.tsx';
import { useAsk, VerbButtons } from './ask.tsx';
import { standOf } from './stepper.ts';
import { Stepper } from './stepper.tsx';
import { releaseDeed, steerDeeds } from './verbs.ts';
import './section.css';

interface Shape {
  /** Its service as it is now; `null` while that is not known. */
  readonly view: ServiceView | null;
  readonly release: ReleaseView;
}

/** A release: how it stands with its verbs, its stages, what it goes by. */
export function ReleaseBody({ view, release }: Shape) {
  const slots = view === null ? [release.from.slot, release.candidate.slot] : Object.keys(view.slots);
  return (
    <>
      <StandBox view={view} release={release} />
      <div class="release-parts">
        <Stepper release={release} />
        <About release={release} slots={slots} />
      </div>
    </>
  );
}

/** What is to be known first, and decided: with the verbs to decide it by. */
function StandBox({ view, release }: Shape) {
  const stand = standOf(release, useNow());
  return (
    <div class={`notice release-stand ${stand.kind}`} {...useKeptFocus<HTMLDivElement>()}>
      <p>
        <strong>{stand.title}</strong>
      </p>
      {stand.text !== '' && <p>{stand.text}</p>}
      <Bake release={release} />
      {view !== null && <Verbs view={view} release={release} />}
    </div>
  );
}

function Verbs({ view, release }: { readonly view: ServiceView; readonly release: ReleaseView }) {
  const { role } = useSession().me;
  const { ask, dialog } = useAsk((id) => releaseDeed(view, release, id, role));
  const deeds = steerDeeds(view, release, role);
  // One whose hooks are asked has been started, and one that failed is not simply to go on.
  const isPlain = release.gate === null && release.stage?.verdict !== 'fail';
  const main = isPlain ? ['start', 'approve', 'resume'] : [];
  return (
    <>
      {deeds.length > 0 && <VerbButtons deeds={deeds} ask={ask} main={main} />}
      {dialog}
    </>
  );
}

function Bake({ release: { bake, candidate, from } }: { readonly release: ReleaseView }) {
  const now = useNow();
  if (bake === null) return null;
  if (bake.over) return <p>Its bake is over.</p>;
  return (
    <p>
      A bake watches {candidate.slot} for another <strong>{duration(secondsUntil(bake.endsAt, now))}</strong>, until{' '}
      <When at={bake.endsAt} />. If it fails, all visitors go back to {from.slot}.
    </p>
  );
}

function About({ release, slots }: { readonly release: ReleaseView; readonly slots: readonly string[] }) {
  const { plan, candidate, from, createdAt, createdBy, startedAt, endedAt } = release;
  const hooks = count(plan.hooks.length, 'hook');
  return (
    <dl class="release-about">
      <Row name="Candidate">
        <End slots={slots} end={candidate} />
      </Row>
      <Row name="In place of">
        <End slots={slots} end={from} />
      </Row>
      <Row name="Plan">
        {plan.name ?? 'stages of its own'}
        {plan.hooks.length > 0 && `, with ${hooks}`}
      </Row>
      <Row name="If the candidate fails">{ON_FAIL[plan.onFail]}</Row>
      <Row name="If requests are too few">{ON_INSUFFICIENT[plan.onInsufficient]}</Row>
      <Row name="Bake">{plan.bakeSeconds === 0 ? 'none' : duration(plan.bakeSeconds)}</Row>
      <Row name="Made">
        <Ago at={createdAt} /> by {createdBy}
      </Row>
      {startedAt !== null && (
        <Row name="Began">
          <Ago at={startedAt} />
        </Row>
      )}
      {endedAt !== null && (
        <Row name="Ended">
          <Ago at={endedAt} />
        </Row>
      )}
    </dl>
  );
}

function Row({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function End({ slots, end: { slot, version } }: { readonly slots: readonly string[]; readonly end: ReleaseView['candidate'] }) {
  return (
    <>
      <SlotName slots={slots} slot={slot} /> {versionName(version)}
      {version?.message != null && <span class="dim"> {version.message}</span>}
    </>
  );
}
