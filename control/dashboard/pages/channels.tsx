// Channels, where people are told what happens.
import type { ChannelSetView, ChannelView, TeamView } from '../../api/types.ts';
import { count } from '../../words.ts';
import { ChannelCard } from '../channels/channel-card.tsx';
import { ChannelForm } from '../channels/channel-form.tsx';
import { KIND_NAMES } from '../channels/kinds.ts';
import { Messages } from '../channels/messages.tsx';
import { Shown, useAnswer } from '../parts/answer.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Made } from '../parts/made.tsx';
import { Needs } from '../parts/needs.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { useTasks } from '../parts/tasks.tsx';
import { useRole, useSession } from '../session.tsx';
import '../channels/channels.css';

type Task =
  | { readonly kind: 'new' }
  | { readonly kind: 'edit' | 'messages' | 'delete'; readonly channel: ChannelView }
  | { readonly kind: 'made'; readonly channel: ChannelSetView; readonly secret: string };

const EVERY_MS = 10_000;

/** The page of channels. */
export function Channels() {
  const isAdmin = useRole('admin');
  const asked = useAnswer<{ channels: ChannelView[] }>('/channels', EVERY_MS);
  const { task, ask, close, done, told } = useTasks<Task>(asked.reload);
  return (
    <>
      <PageHead title="Channels" make={isAdmin ? { text: 'New channel', press: () => ask({ kind: 'new' }) } : undefined}>
        <p class="dim">
          Who is told of events, and whom the hooks of plans ask. Messages are sent for eight hours; then they are dead.
        </p>
        <Needs takes="admin" what="Making, changing and testing channels" />
      </PageHead>
      {told}
      <Shown asked={asked}>
        {({ channels }) =>
          channels.length === 0 ? (
            <p>Nobody is told of events yet.</p>
          ) : (
            <ul class="cards">
              {channels.map((channel) => (
                <ChannelCard key={channel.id} channel={channel} ask={(kind) => ask({ kind, channel })} />
              ))}
            </ul>
          )
        }
      </Shown>
      <Tasks task={task} done={done} close={close} />
    </>
  );
}

interface TasksShape {
  readonly task: Task | null;
  readonly done: (what: string, next?: Task) => void;
  readonly close: () => void;
}

function Tasks({ task, done, close }: TasksShape) {
  const teams = useAnswer<{ teams: TeamView[] }>('/teams').answer?.teams ?? [];
  if (task === null) return null;
  if (task.kind === 'messages') return <Messages channel={task.channel} close={close} />;
  if (task.kind === 'delete') return <Delete channel={task.channel} done={done} close={close} />;
  if (task.kind === 'made')
    return (
      <Made title={`The secret of ${task.channel.name}`} label="Secret" secret={task.secret} close={close}>
        <p>What is sent there is signed with it (Standard Webhooks). Keep it where the receiver reads it.</p>
      </Made>
    );
  const channel = task.kind === 'edit' ? task.channel : null;
  const set = (after: ChannelSetView, { isOwn }: { readonly isOwn: boolean }) => {
    const { name, secret } = after;
    const next = secret === null || isOwn ? undefined : ({ kind: 'made', channel: after, secret } as const);
    done(`Channel ${name} is ${channel === null ? 'made' : 'set'}. Test it before you rely on it.`, next);
  };
  return <ChannelForm channel={channel} teams={teams} done={set} close={close} />;
}

interface DeleteShape extends Pick<TasksShape, 'done' | 'close'> {
  readonly channel: ChannelView;
}

function Delete({ channel: { id, name, kind, url, to, waiting }, done, close }: DeleteShape) {
  const { api } = useSession();
  return (
    <Confirm
      title={`Delete channel ${name}?`}
      verb={`Delete ${name}`}
      isDanger
      call={(reason) => api.call('DELETE', `/channels/${encodeURIComponent(id)}`, { reason })}
      done={() => done(`Channel ${name} is deleted.`)}
      close={close}
    >
      <p>
        Nothing is sent any more to {KIND_NAMES[kind]} at {url ?? to?.join(', ')}.
        {waiting > 0 && ` ${count(waiting, 'message')} that ${waiting === 1 ? 'waits' : 'wait'} will not be sent.`}
      </p>
    </Confirm>
  );
}
