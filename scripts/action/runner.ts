// The runner's side: workflow commands on stdout, outputs and job summary as files. Texts that came from elsewhere can neither
// become a command nor end an output early, and the token is in none of them.
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { plain } from '../cli/text.ts';

/** What the Action can tell the runner. */
export interface Runner {
  /** A line of the log; it begins with a word of ours. */
  say(text: string): void;
  /** A line of the log that shows on the page of the run, too. */
  warn(text: string): void;
  error(text: string): void;
  output(name: string, value: string): void;
  /** Markdown on the page of the run. */
  summary(markdown: string): void;
  /** A text without the token, and with nothing in it that steers a terminal. */
  clean(text: string): string;
}

/** Hides the token in all that this job prints from here on; to be called before anything else. */
export function runnerOf(env: NodeJS.ProcessEnv, token: string, write: (text: string) => void): Runner {
  // The runner hides line by line.
  const secrets = token.split(/[\r\n]+/).flatMap((part) => part.trim() || []);
  for (const secret of secrets) write(`::add-mask::${escaped(secret)}\n`);
  const hidden = (text: string) => secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
  const clean = (text: string) => plain(hidden(text));
  const append = (file: string | undefined, text: string) => {
    if (file) appendFileSync(file, text);
  };
  return {
    clean,
    // `##[` would begin a command of an older form, wherever in the line it stands.
    say: (text) =>
      write(
        `${clean(text)
          .replaceAll('##[', '## [')
          .replace(/^\s*::/, ': :')}\n`,
      ),
    warn: (text) => write(`::warning title=Sluice::${escaped(clean(text))}\n`),
    error: (text) => write(`::error title=Sluice::${escaped(clean(text))}\n`),
    output: (name, value) => {
      const end = `end-${randomUUID()}`;
      append(env.GITHUB_OUTPUT, `${name}<<${end}\n${hidden(value)}\n${end}\n`);
    },
    summary: (markdown) => append(env.GITHUB_STEP_SUMMARY, `${hidden(markdown)}\n`),
  };
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
