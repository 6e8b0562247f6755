// Tokens, by which people and pipelines call control.
import type { TokenView } from '../../api/types.ts';
import { Shown, useAnswer } from '../parts/answer.tsx';

/** The page of tokens. */
export function Tokens() {
  const asked = useAnswer<{ tokens: TokenView[] }>('/tokens');
  return (
    <>
      <h1>Tokens</h1>
      <Shown asked={asked}>{({ tokens }) => <p>{tokens.map(({ name }) => name).join(', ') || 'None yet.'}</p>}</Shown>
    </>
  );
}
