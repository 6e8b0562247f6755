// Channels, where people are told what happens.
import type { ChannelView } from '../../api/types.ts';
import { Shown, useAnswer } from '../parts/answer.tsx';

/** The page of channels. */
export function Channels() {
  const asked = useAnswer<{ channels: ChannelView[] }>('/channels');
  return (
    <>
      <h1>Channels</h1>
      <Shown asked={asked}>{({ channels }) => <p>{channels.map(({ name }) => name).join(', ') || 'None yet.'}</p>}</Shown>
    </>
  );
}
