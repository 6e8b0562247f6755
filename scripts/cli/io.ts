// The terminal, clock and keyboard of this process, as the CLI sees them.
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { styleText } from 'node:util';
import type { Shell } from './cli.ts';

/** A stream to write to. */
export interface Output {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  /** Whether to colour what is written. */
  readonly colours: boolean;
  readonly columns: () => number;
  readonly rows: () => number;
}

/** What `run` needs of the world. */
export interface Io extends Pick<Shell, 'root' | 'env' | 'ask' | 'input' | 'now' | 'sleep' | 'interrupted'> {
  readonly stdout: Output;
  readonly stderr: Output;
}

const WIDEST = 80;
const ROWS = 24;

/** The process's own. */
export function processIo(): Io {
  const stop = new AbortController();
  let listening = false;
  return {
    // Both this file and the bundle lie two folders below the root.
    root: dirname(dirname(import.meta.dirname)),
    env: process.env,
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    ask: process.stdin.isTTY && process.stdout.isTTY ? ask : undefined,
    input,
    now: Date.now,
    sleep: (milliseconds) => sleepFor(milliseconds, undefined, { signal: stop.signal }).catch(() => undefined),
    interrupted: () => {
      if (!listening) process.once('SIGINT', () => stop.abort());
      listening = true;
      return stop.signal.aborted;
    },
  };
}

function outputOf(stream: NodeJS.WriteStream): Output {
  // `sluice audit | head -1` closes the pipe early, which is no failure.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    // Node's own rules: a terminal, NO_COLOR, FORCE_COLOR.
    colours: styleText('red', 'x', { stream }) !== 'x',
    columns: () => Math.min(WIDEST, stream.columns || WIDEST),
    rows: () => stream.rows || ROWS,
  };
}

async function input(): Promise<string> {
  let text = '';
  for await (const part of process.stdin.setEncoding('utf8')) text += part;
  return text;
}

// Ctrl-C and Ctrl-D answer with nothing, which is no.
function ask(question: string): Promise<string> {
  const reader = createInterface({ input: process.stdin, output: process.stdout });
  return new Promise((resolve) => {
    let answer = '';
    reader.once('close', () => {
      if (answer === '') process.stdout.write('\n');
      resolve(answer);
    });
    reader.question(question, (text) => {
      answer = text || 'n';
      reader.close();
    });
  });
}
