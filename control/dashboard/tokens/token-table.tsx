// Tokens as a table: who has one, what it reaches, until when, last used.
import type { TokenView } from '../../api/types.ts';
import { reachText } from '../../setting-words.ts';
import { ahead, clock, secondsUntil } from '../../words.ts';
import { useNow } from '../parts/clock.ts';
import { Table } from '../parts/table.tsx';
import { Ago } from '../parts/when.tsx';

/** A token that ends sooner stands out. */
const SOON_SECONDS = 7 * 86_400;

const HEADS = ['Token', 'Role', 'Reaches', 'Ends', 'Last used', 'Made'];

interface Shape {
  readonly tokens: readonly TokenView[];
  /** None: they can only be looked at. */
  readonly revoke: ((token: TokenView) => void) | null;
}

/** The table. */
export function TokenTable({ tokens, revoke }: Shape) {
  const now = useNow();
  return (
    <div class="card token-table">
      <Table name="Tokens" heads={revoke === null ? HEADS : [...HEADS, { unseen: 'What can be done' }]}>
        {tokens.map((token) => (
          <Row key={token.id} token={token} now={now} revoke={revoke} />
        ))}
      </Table>
    </div>
  );
}

function Row({ token, now, revoke }: { readonly token: TokenView; readonly now: number; readonly revoke: Shape['revoke'] }) {
  const { id, name, role, state, createdAt, createdBy, lastUsedAt, revokedAt } = token;
  return (
    <tr class={state === 'good' ? undefined : 'token-over'}>
      <th scope="row">
        <span class="token-name">{name}</span>
        <code class="dim">{id}</code> {state !== 'good' && <span class="badge bad">{state}</span>}
      </th>
      <td>
        <span class="badge">{role}</span>
      </td>
      <td>{reachText(token)}</td>
      <td>
        <End token={token} now={now} />
      </td>
      <td>{lastUsedAt === null ? 'never' : <Ago at={lastUsedAt} />}</td>
      <td>
        <Ago at={createdAt} /> by {createdBy}
      </td>
      {revoke !== null && (
        <td>
          {revokedAt === null && (
            <button type="button" class="danger" onClick={() => revoke(token)}>
              Revoke<span class="visually-hidden"> {name}</span>
            </button>
          )}
        </td>
      )}
    </tr>
  );
}

function End({ token: { state, expiresAt, revokedAt }, now }: { readonly token: TokenView; readonly now: number }) {
  if (revokedAt !== null)
    return (
      <>
        revoked <Ago at={revokedAt} />
      </>
    );
  if (expiresAt === null) return <>never</>;
  if (state === 'expired')
    return (
      <>
        expired <Ago at={expiresAt} />
      </>
    );
  const isSoon = secondsUntil(expiresAt, now) < SOON_SECONDS;
  return (
    <span class={isSoon ? 'badge warn' : undefined} title={clock(expiresAt)}>
      {ahead(expiresAt, now)}
    </span>
  );
}
