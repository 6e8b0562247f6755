// The hooks of a plan, to be filled in: webhooks that must let a release pass before it takes a step.
import { useRef } from 'preact/hooks';
import type { ChannelView, HookView } from '../../api/types.ts';
import { MAX_HOOKS } from '../../core/plan.ts';
import { HOOK_ASKS } from '../../setting-words.ts';
import type { Issues } from '../parts/form.tsx';
import { SelectField } from '../parts/inputs.tsx';

interface Shape {
  readonly hooks: readonly HookView[];
  /** Channels of any kind. */
  readonly channels: readonly Pick<ChannelView, 'id' | 'name' | 'kind'>[];
  readonly issues: Issues;
  readonly set: (hooks: readonly HookView[]) => void;
}

const POINTS = Object.entries(HOOK_ASKS) as [HookView['on'], string][];

/** All hooks. */
export function HookRows({ hooks, channels, issues, set }: Shape) {
  const add = useRef<HTMLButtonElement>(null);
  const webhooks = channels.filter(({ kind }) => kind === 'webhook').map(({ id, name }) => [id, name] as const);
  const [first] = webhooks;
  // What another has made is kept, though its name is not known.
  const optionsOf = (id: string) => (webhooks.some(([known]) => known === id) ? webhooks : [...webhooks, [id, id] as const]);
  const change = (at: number, changed: Partial<HookView>) =>
    set(hooks.map((hook, i) => (i === at ? { ...hook, ...changed } : hook)));
  const remove = (at: number) => {
    set(hooks.filter((_, i) => i !== at));
    add.current?.focus();
  };
  return (
    <fieldset>
      <legend>Hooks</legend>
      {hooks.map(({ on, channel }, i) => (
        <div class="plan-hook" key={i}>
          <SelectField
            label={`Hook ${i + 1}`}
            value={on}
            set={(point) => change(i, { on: point })}
            options={POINTS}
            issue={issues[`hooks.${i}.on`]}
          />
          <SelectField
            label="Channel"
            value={channel}
            set={(id) => change(i, { channel: id })}
            options={optionsOf(channel)}
            issue={issues[`hooks.${i}.channel`]}
          />
          <div class="small-buttons">
            <button type="button" onClick={() => remove(i)}>
              Remove<span class="visually-hidden"> hook {i + 1}</span>
            </button>
          </div>
        </div>
      ))}
      {issues.hooks !== undefined && <p class="hint wrong">{issues.hooks}</p>}
      <p class="hint">
        {first === undefined
          ? 'A hook asks a channel that is a webhook. There is none yet.'
          : 'A hook asks a webhook, which answers 2xx to let the release pass.'}
      </p>
      <button
        type="button"
        ref={add}
        disabled={first === undefined || hooks.length >= MAX_HOOKS}
        onClick={() => first !== undefined && set([...hooks, { on: 'before-start', channel: first[0] }])}
      >
        Add a hook
      </button>
    </fieldset>
  );
}
