// The stages of a release as steps: which are behind, which is under way, which are to come.
import type { ReleaseView } from '../../api/types.ts';
import { VerdictBadge } from '../parts/state-badge.tsx';
import { useSince } from './since.ts';
import { type Phase, type Step, soakOf, stepsOf } from './stepper.ts';
import './stepper.css';

/** A sign beside the words, never in place of them; a stage that is yet to end has its number, one that is done a tick. */
const SIGN: Readonly<Partial<Record<Phase, string>>> = { done: '', ended: '×', 'left-out': '–' };
const SAID: Readonly<Record<Phase, string>> = {
  done: 'done',
  now: 'under way',
  ended: 'ended here',
  'left-out': 'left out',
  ahead: 'to come',
  'not-reached': 'not reached',
};

/** The stages of a release; the soak of the one under way counts down. */
export function Stepper({ release }: { readonly release: ReleaseView }) {
  return (
    <ol class="stepper" aria-label={`Stages of release ${release.id}`}>
      {stepsOf(release).map((step) => (
        <Stage key={step.number} step={step} release={release} />
      ))}
    </ol>
  );
}

function Stage({ step: { number, phase, weight, rules }, release }: { readonly step: Step; readonly release: ReleaseView }) {
  return (
    <li class={`stepper-${phase}`} aria-current={phase === 'now' ? 'step' : undefined}>
      <span class="stepper-sign" aria-hidden="true">
        {SIGN[phase] ?? number}
      </span>
      <div class="stepper-stage">
        <p>
          <span class="visually-hidden">Stage {number}: </span>
          <strong>{weight}</strong> <span class="dim">{rules}</span> <span class="stepper-said">{SAID[phase]}</span>
        </p>
        {phase === 'now' && <Soaking release={release} />}
        {phase === 'ended' && <Reached release={release} />}
      </div>
    </li>
  );
}

function Soaking({ release }: { readonly release: ReleaseView }) {
  const soak = soakOf(release, useSince(release));
  const { stage } = release;
  if (soak === null || stage === null) return null;
  return (
    <div class="stepper-soak">
      <Bar share={soak.share} />
      <p>{[soak.left, ...soak.notes].join('; ')}</p>
      <Bar share={soak.sampleShare} />
      <p>
        {soak.sample} <VerdictBadge verdict={stage.verdict} />
      </p>
    </div>
  );
}

function Reached({ release }: { readonly release: ReleaseView }) {
  const soak = soakOf(release, 0);
  return soak === null ? null : <p class="dim">{soak.sample}</p>;
}

/** How far something is; the words beside it say it, too. */
function Bar({ share }: { readonly share: number }) {
  return (
    <div class="stepper-bar" aria-hidden="true">
      <div style={{ width: `${share * 100}%` }} />
    </div>
  );
}
