// Where a token is asked for.
import { useId, useState } from 'preact/hooks';
import { Notice } from '../parts/notice.tsx';

interface Asked {
  /** Why nobody is signed in, if there is more to it than that nobody was. */
  readonly why: string | null;
  readonly isAsking: boolean;
  readonly signIn: (token: string) => Promise<void>;
}

/** The form to sign in. */
export function SignIn({ why, isAsking, signIn }: Asked) {
  const [token, setToken] = useState('');
  const id = useId();
  return (
    <main class="sign-in">
      <h1>
        <img src="/icon.svg" alt="" width="28" height="28" /> Sluice
      </h1>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void signIn(token.trim());
        }}
      >
        {why !== null && <Notice kind="bad">{why}</Notice>}
        <label for={id}>Token</label>
        <input
          id={id}
          type="password"
          autocomplete="off"
          spellcheck={false}
          required
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
        <button type="submit" class="main" disabled={isAsking}>
          {isAsking ? 'Signing in…' : 'Sign in'}
        </button>
        <p class="dim">
          Admins make tokens: <code>npx sluice tokens create</code>. It is kept until this tab is closed, and sent to this control
          alone. The local run has <code>sluice-dev</code>.
        </p>
      </form>
    </main>
  );
}
