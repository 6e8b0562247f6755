// One channel: where it leads, of what it is told, whether something has not arrived; tested from here.
import { useState } from 'preact/hooks';
import type { ChannelTestView, ChannelView } from '../../api/types.ts';
import { eventsText, reachText, testText } from '../../setting-words.ts';
import { useCall } from '../parts/call.ts';
import { Notice } from '../parts/notice.tsx';
import { useRole, useSession } from '../session.tsx';
import { KIND_NAMES } from './kinds.ts';

interface Shape {
  readonly channel: ChannelView;
  readonly ask: (kind: 'edit' | 'messages' | 'delete') => void;
}

/** The card of a channel. */
export function ChannelCard({ channel, ask }: Shape) {
  const isAdmin = useRole('admin');
  const { name, kind, url, to, waiting, dead } = channel;
  const its = <span class="visually-hidden"> {name}</span>;
  return (
    <li class="card setting">
      <h2>{name}</h2>
      <p class="badges">
        <span class="badge">{KIND_NAMES[kind]}</span>
        {dead > 0 && <span class="badge bad">{dead} dead</span>}
        {waiting > 0 && <span class="badge warn">{waiting} waiting</span>}
      </p>
      <dl class="pairs">
        <dt>To</dt>
        <dd>{url ?? to?.join(', ')}</dd>
        <dt>Told of</dt>
        <dd>{eventsText(channel.topics)}</dd>
        <dt>Services</dt>
        <dd>{reachText(channel)}</dd>
      </dl>
      <div class="buttons">
        <button type="button" onClick={() => ask('messages')}>
          Messages{its}
        </button>
        {isAdmin && (
          <>
            <button type="button" onClick={() => ask('edit')}>
              Edit{its}
            </button>
            <Test channel={channel} />
            <button type="button" class="danger" onClick={() => ask('delete')}>
              Delete{its}
            </button>
          </>
        )}
      </div>
    </li>
  );
}

// It asks for no reason: nothing is changed by it.
function Test({ channel: { id, name } }: Pick<Shape, 'channel'>) {
  const { api } = useSession();
  const { isBusy, failure, run } = useCall();
  const [outcome, setOutcome] = useState<ChannelTestView | null>(null);
  const test = async () => {
    setOutcome(null);
    setOutcome(await api.call<ChannelTestView>('POST', `/channels/${encodeURIComponent(id)}/test`, {}));
  };
  const told = failure?.message ?? (outcome && testText(name, outcome));
  return (
    <>
      <button type="button" disabled={isBusy} onClick={() => void run(test)}>
        {isBusy ? 'Sending…' : 'Test'}
        <span class="visually-hidden"> {name}</span>
      </button>
      {told !== null && (
        <div class="channel-tested">
          <Notice kind={outcome?.ok ? 'good' : 'bad'}>{told}</Notice>
        </div>
      )}
    </>
  );
}
