// Tokens, by which people and pipelines call control; and, to be read, who else has a role.
import { useState } from 'preact/hooks';
import type { NewTokenView, TeamView, TokenView } from '../../api/types.ts';
import { reachText } from '../../setting-words.ts';
import { ago, count, duration } from '../../words.ts';
import { Shown, useAnswer } from '../parts/answer.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Check } from '../parts/inputs.tsx';
import { Made } from '../parts/made.tsx';
import { Needs } from '../parts/needs.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { useTasks } from '../parts/tasks.tsx';
import { useRole, useSession } from '../session.tsx';
import { People } from '../tokens/people.tsx';
import { TokenForm } from '../tokens/token-form.tsx';
import { TokenTable } from '../tokens/token-table.tsx';
import '../tokens/tokens.css';
import { serverNow } from '../server-time.ts';

type Task =
  | { readonly kind: 'new' }
  | { readonly kind: 'made'; readonly token: NewTokenView }
  | { readonly kind: 'revoke'; readonly token: TokenView };

/** The page of tokens. */
export function Tokens() {
  const isAdmin = useRole('admin');
  const asked = useAnswer<{ tokens: TokenView[] }>('/tokens');
  const teams = useAnswer<{ teams: TeamView[] }>('/teams');
  const { task, ask, close, done, told } = useTasks<Task>(asked.reload);
  return (
    <>
      <PageHead title="Tokens" make={isAdmin ? { text: 'New token', press: () => ask({ kind: 'new' }) } : undefined}>
        <p class="dim">By a token, people and pipelines call control. Its text is shown once, when it is made.</p>
        <Needs takes="admin" what="Making and revoking tokens" />
      </PageHead>
      {told}
      <Shown asked={asked}>
        {({ tokens }) => <Listed tokens={tokens} revoke={isAdmin ? (token) => ask({ kind: 'revoke', token }) : null} />}
      </Shown>
      <People teams={teams} />
      <Tasks task={task} teams={teams.answer?.teams ?? []} done={done} close={close} />
    </>
  );
}

function Listed({
  tokens,
  revoke,
}: {
  readonly tokens: readonly TokenView[];
  readonly revoke: ((token: TokenView) => void) | null;
}) {
  const [isAll, setIsAll] = useState(false);
  const over = tokens.filter(({ state }) => state !== 'good').length;
  const shown = tokens.filter(({ state }) => isAll || state === 'good');
  return (
    <>
      {over > 0 && (
        <Check label={`also ${count(over, 'token')} that ${over === 1 ? 'is' : 'are'} over`} checked={isAll} set={setIsAll} />
      )}
      {shown.length === 0 ? (
        <p>{tokens.length === 0 ? 'There are no tokens yet.' : 'No token is good any more.'}</p>
      ) : (
        <TokenTable tokens={shown} revoke={revoke} />
      )}
    </>
  );
}

interface TasksShape {
  readonly task: Task | null;
  readonly teams: readonly TeamView[];
  readonly done: (what: string, next?: Task) => void;
  readonly close: () => void;
}

function Tasks({ task, teams, done, close }: TasksShape) {
  if (task === null) return null;
  if (task.kind === 'revoke') return <Revoke token={task.token} done={done} close={close} />;
  if (task.kind === 'new')
    return (
      <TokenForm teams={teams} close={close} done={(token) => done(`Token ${token.name} is made.`, { kind: 'made', token })} />
    );
  const { name, role, token, createdAt, expiresAt } = task.token;
  const life =
    expiresAt === null ? 'until it is revoked' : `for ${duration((Date.parse(expiresAt) - Date.parse(createdAt)) / 1000)}`;
  return (
    <Made title={`Token ${name}`} label="Token" secret={token} close={close}>
      <p>
        It is {role} of {reachText(task.token)}, good {life}. Keep it where secrets are kept; the command line takes it as{' '}
        <code>SLUICE_TOKEN</code>.
      </p>
    </Made>
  );
}

function Revoke({ token, done, close }: { readonly token: TokenView } & Pick<TasksShape, 'done' | 'close'>) {
  const { api } = useSession();
  const { id, name, role, lastUsedAt } = token;
  const used = lastUsedAt === null ? 'never used' : `last used ${ago(lastUsedAt, serverNow())}`;
  return (
    <Confirm
      title={`Revoke token ${name}?`}
      verb={`Revoke ${name}`}
      isDanger
      call={(reason) => api.call('DELETE', `/tokens/${encodeURIComponent(id)}`, { reason })}
      done={() => done(`Token ${name} is revoked: whoever uses it is refused from now on.`)}
      close={close}
    >
      <p>
        It is {role} of {reachText(token)}, {used}. Whoever uses it is refused from then on. It cannot be undone.
      </p>
    </Confirm>
  );
}
