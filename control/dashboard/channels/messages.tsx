// What was sent to a channel or is to be, the newest first; what was given up can be sent again.
import { useState } from 'preact/hooks';
import type { ChannelView, DeliveryView } from '../../api/types.ts';
import { attemptsText } from '../../setting-words.ts';
import { Shown, useAnswer } from '../parts/answer.tsx';
import { useCall } from '../parts/call.ts';
import { useNow } from '../parts/clock.ts';
import { Dialog } from '../parts/dialog.tsx';
import { SelectField } from '../parts/inputs.tsx';
import { Needs } from '../parts/needs.tsx';
import { Notice } from '../parts/notice.tsx';
import { Table } from '../parts/table.tsx';
import { Ago } from '../parts/when.tsx';
import { useRole, useSession } from '../session.tsx';

type State = DeliveryView['state'];

const STATES: readonly (readonly [State | '', string])[] = [
  ['', 'all'],
  ['waiting', 'waiting'],
  ['delivered', 'delivered'],
  ['dead', 'dead: given up'],
];
const EVERY_MS = 4_000;
const LOOKS: Readonly<Record<State, string>> = { waiting: 'badge warn', delivered: 'badge good', dead: 'badge bad' };

/** The messages of a channel, in a dialog. */
export function Messages({ channel, close }: { readonly channel: ChannelView; readonly close: () => void }) {
  const { name } = channel;
  const [state, setState] = useState<State | ''>('');
  const path = `/channels/${encodeURIComponent(channel.id)}/deliveries?limit=50${state === '' ? '' : `&state=${state}`}`;
  const asked = useAnswer<{ deliveries: DeliveryView[] }>(path, EVERY_MS);
  return (
    <Dialog title={`Messages to ${name}`} close={close}>
      <div class="channel-messages">
        <SelectField label="Which" value={state} set={setState} options={STATES} />
        <Shown asked={asked}>
          {({ deliveries }) =>
            deliveries.length === 0 ? (
              <p>{state === '' ? `Nothing was sent to ${name} yet.` : `No message to ${name} is ${state}.`}</p>
            ) : (
              <List deliveries={deliveries} reload={asked.reload} />
            )
          }
        </Shown>
      </div>
      <Needs takes="admin" what="Sending one again" />
      <div class="buttons">
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

function List({ deliveries, reload }: { readonly deliveries: readonly DeliveryView[]; readonly reload: () => void }) {
  const now = useNow();
  const isAdmin = useRole('admin');
  const { told, resend, isBusy } = useResend(reload);
  return (
    <>
      {told}
      <Table name="Messages" heads={['When', 'Event', 'Service', 'State']}>
        {deliveries.map((delivery) => (
          <tr key={delivery.id}>
            <td>
              <Ago at={delivery.createdAt} />
            </td>
            <td>{delivery.topic}</td>
            <td>{delivery.service}</td>
            <td>
              <span class={LOOKS[delivery.state]}>{delivery.state}</span> {attemptsText(delivery, now)}
              {isAdmin && delivery.state === 'dead' && (
                <div>
                  <button type="button" disabled={isBusy} onClick={() => void resend(delivery)}>
                    Send again
                  </button>
                </div>
              )}
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function useResend(reload: () => void) {
  const { api } = useSession();
  const { isBusy, failure, run } = useCall();
  const [sent, setSent] = useState<string | null>(null);
  const resend = async ({ id, channel, topic, service }: DeliveryView) => {
    const path = `/channels/${encodeURIComponent(channel)}/deliveries/${encodeURIComponent(id)}/redeliver`;
    const failed = await run(() => api.call('POST', path, {}));
    setSent(failed === null ? `The message (${topic} of ${service}) is sent again.` : null);
    reload();
  };
  const text = failure?.message ?? sent;
  return { told: text && <Notice kind={failure === null ? 'good' : 'bad'}>{text}</Notice>, resend, isBusy };
}
