// A channel that is made or changed. Its URL and secret go in, and are never shown again.
import { channelBody, channelChangeBody } from '../../api/channel-schemas.ts';
import type { ChannelSetView, ChannelView, TeamView } from '../../api/types.ts';
import { CHANNEL_KINDS } from '../../core/channel.ts';
import { EVENTS } from '../../setting-words.ts';
import { useChecked } from '../parts/checked.ts';
import { useFields } from '../parts/fields.ts';
import type { Issues } from '../parts/form.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { Choices, ReasonField, SelectField, TextField } from '../parts/inputs.tsx';
import { givesTeam, ReachFields } from '../parts/reach-fields.tsx';
import { useSession } from '../session.tsx';
import { bodyOf, type ChannelFields, fieldsOf, NEW_CHANNEL } from './channel-fields.ts';
import { KIND_NAMES } from './kinds.ts';

interface Shape {
  /** None: a new one is made. */
  readonly channel: ChannelView | null;
  readonly teams: readonly TeamView[];
  /** `isOwn`: its secret was typed, not made. */
  readonly done: (channel: ChannelSetView, how: { readonly isOwn: boolean }) => void;
  readonly close: () => void;
}

const KINDS = CHANNEL_KINDS.map((kind) => [kind, KIND_NAMES[kind]] as const);
const TOPIC_OPTIONS = Object.entries(EVENTS).map(([value, about]) => ({ value, about }));
const SHOWN = /^(kind|name|url|to|secret|topics|services|team|reason)(\.\d+)?$/;

/** The form of a channel, in a dialog. */
export function ChannelForm({ channel, teams, done, close }: Shape) {
  const { api, me } = useSession();
  const { fields, set, isDirty } = useFields(() => (channel === null ? NEW_CHANNEL : fieldsOf(channel)));
  const common = bodyOf(fields, { givesTeam: givesTeam(me, teams) });
  const body = channel === null ? { kind: fields.kind, ...common } : common;
  const checked = useChecked(channel === null ? channelBody : channelChangeBody, body);
  const { issues } = checked;
  const call = async () => {
    const path = channel === null ? '/channels' : `/channels/${encodeURIComponent(channel.id)}`;
    const set = await api.call<ChannelSetView>(channel === null ? 'POST' : 'PUT', path, body);
    done(set, { isOwn: fields.secret.trim() !== '' });
  };
  return (
    <FormDialog
      title={channel === null ? 'New channel' : `Channel ${channel.name}`}
      verb={channel === null ? 'Make the channel' : 'Set it'}
      shown={SHOWN}
      {...{ checked, isDirty, call, close }}
    >
      {channel === null && (
        <SelectField label="Kind" value={fields.kind} set={(kind) => set({ kind })} options={KINDS} issue={issues.kind} />
      )}
      <TextField label="Name" value={fields.name} set={(name) => set({ name })} issue={issues.name} />
      <Whereto {...{ channel, fields, issues, set }} />
      <Choices
        label="Told of"
        all="all events"
        options={TOPIC_OPTIONS}
        chosen={fields.topics}
        set={(topics) => set({ topics })}
        issue={issueBelow(issues, 'topics')}
      />
      <ReachFields all="all services" {...{ teams, team: fields.team, services: fields.services, set, issues }} />
      <ReasonField value={fields.reason} set={(reason) => set({ reason })} issue={issues.reason} />
    </FormDialog>
  );
}

interface WheretoShape {
  readonly channel: ChannelView | null;
  readonly fields: ChannelFields;
  readonly issues: Issues;
  readonly set: (changed: Partial<ChannelFields>) => void;
}

function Whereto({ channel, fields, issues, set }: WheretoShape) {
  if (fields.kind === 'email')
    return (
      <TextField
        label="Addresses"
        hint="Up to ten, with commas between them."
        value={fields.to}
        set={(to) => set({ to })}
        issue={issueBelow(issues, 'to')}
      />
    );
  const stays = channel === null ? '' : ` Left empty, it stays: ${channel.url}.`;
  return (
    <>
      <TextField
        label="URL"
        hint={`Where to post; https. It is never shown again.${stays}`}
        mode="url"
        value={fields.url}
        set={(url) => set({ url })}
        issue={issues.url}
      />
      {fields.kind === 'webhook' && (
        <TextField
          label="Secret"
          hint={`What it is signed with: whsec_ and base64. Left empty, ${channel === null ? 'a new one is made and shown once' : 'it stays'}.`}
          value={fields.secret}
          set={(secret) => set({ secret })}
          issue={issues.secret}
        />
      )}
    </>
  );
}

/** What is wrong with a list, or with one of its items. */
function issueBelow(issues: Issues, field: string): string | undefined {
  return Object.entries(issues).find(([path]) => path === field || path.startsWith(`${field}.`))?.[1];
}
