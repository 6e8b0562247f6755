// One e-mail, over the platform's binding. It never throws; of an error it tells the platform's code and no more.
import { NO_EMAIL } from './channel.ts';
import type { Posted } from './post.ts';

/** The bindings that e-mail needs. */
export type MailEnv = Pick<Cloudflare.Env, 'EMAIL' | 'EMAIL_FROM'>;

/** What became of a mail. */
export type Mailed = Extract<Posted, { ok: false }> | { readonly ok: true; readonly status: null };

/** Whether e-mail can be sent. */
export function canMail({ EMAIL, EMAIL_FROM = '' }: MailEnv): boolean {
  return EMAIL !== undefined && EMAIL_FROM !== '';
}

/** Sends a mail. @param body JSON of its subject and text */
export async function mail(
  { EMAIL, EMAIL_FROM = '' }: MailEnv,
  { to, body }: { readonly to: readonly string[]; readonly body: string },
  waitMs = 10_000,
): Promise<Mailed> {
  const failed = (error: string): Mailed => ({ ok: false, status: null, error, retryAfterSeconds: null });
  if (EMAIL === undefined || EMAIL_FROM === '') return failed(NO_EMAIL);
  const late = new Promise<Mailed>((resolve) => {
    const end = () => resolve(failed(`gave no answer within ${waitMs / 1_000} s`));
    AbortSignal.timeout(waitMs).addEventListener('abort', end);
  });
  try {
    const { subject, text } = JSON.parse(body);
    const sent = EMAIL.send({ from: { name: 'Sluice', email: EMAIL_FROM }, to: [...to], subject, text });
    return await Promise.race([sent.then((): Mailed => ({ ok: true, status: null })), late]);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return failed(/^[A-Z_]{1,64}$/.test(code) ? `the e-mail was refused: ${code}` : 'the e-mail was refused');
  }
}
