// One request to a receiver outside. It never throws, follows nowhere, waits for a limited time, and tells nothing of the URL
// but its host, since the URLs of Slack and its like are secrets.
import { addressMistake } from './address.ts';

/** What became of a request. */
export type Posted =
  | { readonly ok: true; readonly status: number }
  | {
      readonly ok: false;
      /** `null` where there was no answer. */
      readonly status: number | null;
      readonly error: string;
      readonly retryAfterSeconds: number | null;
    };

/** What is read of an answer, so that its connection is free again. */
const READ_BYTES = 1_024;

/**
 * Posts a body.
 * @param local whether this is a local run, which may post to this machine
 * @param waitMs for the whole answer
 */
export async function post(
  url: string,
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  { local, waitMs = 10_000 }: { readonly local: boolean; readonly waitMs?: number },
): Promise<Posted> {
  const failed = (error: string): Posted => ({ ok: false, status: null, error, retryAfterSeconds: null });
  const mistake = addressMistake(url, local);
  if (mistake !== undefined) return failed(mistake);
  const signal = AbortSignal.timeout(waitMs);
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    await discard(answer);
    return outcome(answer);
  } catch {
    // Not its text: it may hold the URL.
    return failed(signal.aborted ? `gave no answer within ${waitMs / 1_000} s` : 'could not be reached');
  }
}

function outcome({ status, headers }: Response): Posted {
  if (status >= 200 && status < 300) return { ok: true, status };
  const error = status >= 300 && status < 400 ? 'answered with a redirect, which is not followed' : `answered with ${status}`;
  return { ok: false, status, error, retryAfterSeconds: secondsOf(headers.get('retry-after')) };
}

// A status that came counts, also where its body breaks off.
async function discard({ body }: Response): Promise<void> {
  const reader = body?.getReader();
  if (reader === undefined) return;
  try {
    for (let read = 0; read < READ_BYTES; ) {
      const { done, value } = await reader.read();
      if (done) return;
      read += value.byteLength;
    }
    await reader.cancel();
  } catch {}
}

/** `Retry-After` is seconds or a date, which is of GMT: RFC 9110, 10.2.3. */
function secondsOf(header: string | null): number | null {
  if (header === null) return null;
  const date = header.endsWith('GMT') ? Date.parse(header) : Number.NaN;
  const seconds = /^\d+(\.\d+)?$/.test(header) ? Number(header) : (date - Date.now()) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null;
}
