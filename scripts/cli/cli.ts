// What a verb is given: the API, the streams, the clock. The process's own in `main.ts`, injected in tests.
import type { styleText } from 'node:util';
import type { Client } from './client.ts';

/** What every verb needs. */
export interface Cli {
  /** Made when a verb first needs it, from --url/--token, the environment, or the local run. */
  readonly client: () => Client;
  /** The clone's root. */
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  /** A line on stdout. */
  readonly print: (text: string) => void;
  /** A line on stderr. */
  readonly warn: (text: string) => void;
  /** Coloured only on a terminal. */
  readonly style: Style;
}

/** A format of util.styleText, and the text to wear it. */
export type Style = (format: Format, text: string) => string;

/** `bold`, or several such. */
export type Format = Parameters<typeof styleText>[0];

/** What the verbs need that ask, watch or wait. */
export interface Shell extends Cli {
  /** The value of --service. */
  readonly service: () => string | undefined;
  /** Whether stdout is a terminal. */
  readonly live: boolean;
  /** Columns to fill, at most 80. */
  readonly columns: () => number;
  /** Lines that the terminal shows at once. */
  readonly rows: () => number;
  /** Raw text on stdout. */
  readonly write: (text: string) => void;
  /** Puts a question to a person; `undefined` where nobody can answer. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** What comes on standard input, to its end. */
  readonly input: () => Promise<string>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Sleeps; an interrupt ends it early. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Whether Ctrl-C was pressed. From the first call on, Ctrl-C no longer ends the process. */
  readonly interrupted: () => boolean;
}
