// One plan: its stages as a picture and in words, its rules, and what may be done with it.
import type { ChannelView, NamedPlanView } from '../../api/types.ts';
import { HOOK_ASKS, ON_FAIL, ON_INSUFFICIENT, stageHow } from '../../setting-words.ts';
import { duration, percent } from '../../words.ts';
import { Link } from '../parts/link.tsx';
import { StagesPicture } from './stages-picture.tsx';

interface Shape {
  readonly plan: NamedPlanView;
  /** Services it is the default of. */
  readonly users: readonly string[];
  readonly channels: readonly ChannelView[];
  /** What the one who looks at it may do. */
  readonly may: { readonly copy: boolean; readonly change: boolean };
  readonly ask: (kind: 'edit' | 'copy' | 'delete') => void;
}

/** The card of a plan. */
export function PlanCard({ plan, users, channels, may, ask }: Shape) {
  const { name, builtIn, team, stages } = plan;
  return (
    <li class="card setting plan-card">
      <h2>{name}</h2>
      <p class="badges">
        {builtIn && <span class="badge">built in</span>}
        {!builtIn && <span class="badge">{team === null ? 'of the owners' : `of team ${team}`}</span>}
        {users.map((service) => (
          <Link key={service} to={{ page: 'objectives', service }} class="badge">
            default of {service}
          </Link>
        ))}
      </p>
      <StagesPicture stages={stages} />
      <ol>
        {stages.map((stage, i) => (
          <li key={i}>
            <strong>{percent(stage.weight)}</strong> {stageHow(stage)}
          </li>
        ))}
      </ol>
      <Rules plan={plan} channels={channels} />
      {may.copy && (
        <div class="buttons">
          {may.change && (
            <button type="button" onClick={() => ask('edit')}>
              Edit<span class="visually-hidden"> {name}</span>
            </button>
          )}
          <button type="button" onClick={() => ask('copy')}>
            Copy<span class="visually-hidden"> {name}</span> as…
          </button>
          {may.change && (
            <button type="button" class="danger" onClick={() => ask('delete')}>
              Delete<span class="visually-hidden"> {name}</span>
            </button>
          )}
        </div>
      )}
      {may.copy && !may.change && (
        <p class="hint">{builtIn ? 'It stays as it is, since it is built in.' : `Only ${team ?? 'the owners'} may change it.`}</p>
      )}
    </li>
  );
}

function Rules({ plan, channels }: Pick<Shape, 'plan' | 'channels'>) {
  const { onFail, onInsufficient, bakeSeconds, hooks } = plan;
  return (
    <dl class="pairs">
      <dt>If the candidate fails</dt>
      <dd>{ON_FAIL[onFail]}</dd>
      <dt>If requests are too few</dt>
      <dd>{ON_INSUFFICIENT[onInsufficient]}</dd>
      <dt>Bake</dt>
      <dd>{bakeSeconds > 0 ? duration(bakeSeconds) : 'none'}</dd>
      {hooks.map(({ on, channel }) => [
        <dt key={`${on} ${channel}`}>{HOOK_ASKS[on]}</dt>,
        <dd key={`${on} ${channel} name`}>{channels.find(({ id }) => id === channel)?.name ?? channel}</dd>,
      ])}
    </dl>
  );
}
