// How a verb ends other than well: a sentence for people, the next step, and an exit code that scripts can rely on.

/** Exit codes of every verb. */
export const EXIT = {
  done: 0,
  /** Refused, or it failed. */
  failed: 1,
  usage: 2,
  /** `release wait`: rolled back or aborted. */
  rolledBack: 3,
  timedOut: 4,
  unreachable: 5,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the verb with an exit code and a message; `next` is the command or step to try. */
export class Failure extends Error {
  readonly code: ExitCode;
  readonly next: string | undefined;

  constructor(code: ExitCode, message: string, next?: string) {
    super(message);
    this.code = code;
    this.next = next;
  }
}
