// What git and CI know of a Worker's code: the tag, message, author and source that its deployment is recorded with.
import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The API takes no more, in characters. */
const MAX_MESSAGE = 500;
const MAX_SHORT = 128;

/** Where a version comes from. What nobody knows is left out. */
export interface Origin {
  readonly tag?: string;
  readonly message?: string;
  readonly author?: string;
  readonly source?: string;
}

/**
 * What is known of the code in `folder`, with what the caller says in place of it, trimmed to the limits of the API.
 * Where there is no git or no commit, only what the caller says and CI's actor.
 */
export async function originOf(folder: string, env: NodeJS.ProcessEnv, said: Origin): Promise<Origin> {
  const git = async (...args: string[]): Promise<string | undefined> => {
    try {
      return (await run('git', args, { cwd: folder })).stdout.trim() || undefined;
    } catch {
      return undefined;
    }
  };
  const [commit, tag, remote, top] = await Promise.all([
    git('log', '-1', '--format=%H%x00%an <%ae>%x00%s'),
    git('describe', '--tags', '--always', '--dirty'),
    git('config', '--get', 'remote.origin.url'),
    git('rev-parse', '--show-toplevel'),
  ]);
  const [sha, author, message] = commit?.split('\0') ?? [];
  const dirty = tag?.endsWith('-dirty') ? '-dirty' : '';
  const actor = env.GITHUB_ACTOR || env.GITLAB_USER_LOGIN || env.CIRCLE_USERNAME;
  return {
    tag: first(said.tag ?? tag, MAX_SHORT),
    message: first(said.message ?? message, MAX_MESSAGE),
    author: first(said.author ?? (actor || author), MAX_SHORT),
    source: first(said.source, MAX_SHORT) ?? (sha === undefined ? undefined : sourceOf(remote, top ?? folder, `@${sha}${dirty}`)),
  };
}

// The commit is what matters; a long name loses its beginning. A remote that is a folder says nothing to anybody else.
function sourceOf(remote: string | undefined, folder: string, commit: string): string {
  const isFolder = remote === undefined || /^([/.~\\]|file:|[a-z]:[/\\])/i.test(remote);
  const name = [...(isFolder ? basename(folder) : withoutSecrets(remote))];
  return name.slice(-Math.max(1, MAX_SHORT - commit.length)).join('') + commit;
}

/** `github.com/owner/name` of any form of a remote's address, so that no password in it gets into a record. */
function withoutSecrets(remote: string): string {
  const place = remote.replace(/^[a-z][a-z+.-]*:\/\//i, '').replace(/^[^/@]*@/, '');
  return place.replace(/^([^/:]+):(?!\d)/, '$1/').replace(/\.git\/?$/, '');
}

function first(text: string | undefined, most: number): string | undefined {
  if (text === undefined || text === '') return undefined;
  let kept = [...text].slice(0, most);
  // Some limits count an emoji as two.
  while (most === MAX_SHORT && kept.join('').length > most) kept = kept.slice(0, -1);
  return kept.join('');
}
