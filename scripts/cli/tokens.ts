// `sluice tokens`: list, make and revoke tokens. The text of one is printed when it is made, whole and this once.
import { type Command, Option } from 'commander';
import type { NewTokenView, TokenView } from '../../control/api/types.ts';
import { reachText } from '../../control/setting-words.ts';
import { ago, duration } from '../../control/words.ts';
import type { Shell } from './cli.ts';
import { EXIT, Failure } from './failure.ts';
import { type Look, nextLines } from './layout.ts';
import { type ChangeOptions, changes, confirm, reads } from './options.ts';
import { type ReachOptions, reaching } from './reach.ts';
import { lookOf, show } from './target.ts';
import { plain, wrap } from './text.ts';
import { lifetime } from './times.ts';
import { shownTokens, tokensLines, usedText } from './view-access.ts';

interface CreateOptions extends ChangeOptions, ReachOptions {
  readonly for?: number;
  readonly forever?: boolean;
  readonly quiet?: boolean;
}

/** Declares `tokens` and its verbs. */
export function addTokens(program: Command, shell: Shell): void {
  const tokens = reads(program.command('tokens').helpCommand(false))
    .description('the tokens that let people and machines in')
    .option('--all', 'those that are over, too')
    .action(async ({ json, all = false }: { json?: boolean; all?: boolean }) => {
      const answer = await shell.client().call<{ tokens: TokenView[] }>('GET', '/tokens');
      if (json) return show(shell, json, { ...answer, tokens: shownTokens(answer.tokens, all) }, () => []);
      show(shell, json, answer, (tamed) => tokensLines(tamed.tokens, all, lookOf(shell)));
    });
  addCreate(tokens, shell);
  addRevoke(tokens, shell);
}

function addCreate(tokens: Command, shell: Shell): void {
  const create = reaching(tokens.command('create').argument('<name>', 'as lists and the audit call it'));
  changes(create, { asks: false })
    .description('make a token, of your own team unless --team says otherwise; its text is shown this once')
    .addOption(new Option('--for <duration>', 'how long it is good, such as 12h; 90d if left out').argParser(lifetime))
    .addOption(new Option('--forever', 'until it is revoked').conflicts('for'))
    .option('-q, --quiet', 'print its text and nothing else')
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      if (options.quiet && json) throw new Failure(EXIT.usage, '--quiet cannot be used with --json.', 'Leave one of them out.');
      const { role, team, services, reason } = options;
      const forSeconds = options.forever ? null : options.for;
      const asked = { name, role, team, services, forSeconds, reason };
      const made = await shell.client().call<NewTokenView>('POST', '/tokens', asked);
      if (options.quiet) return shell.print(plain(made.token));
      show(shell, json, made, (tamed) => madeLines(tamed, lookOf(shell)));
    });
}

function addRevoke(tokens: Command, shell: Shell): void {
  changes(tokens.command('revoke').aliases(['delete', 'remove']), { asks: true })
    .description('end a token at once')
    .argument('<name or id>', 'its id is in its text, too: slu_<id>_…')
    .action(async (given: string, { reason, yes }: ChangeOptions, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const answer = await shell.client().call<{ tokens: TokenView[] }>('GET', '/tokens');
      const { id, name, ...found } = meant(given, answer.tokens, shell.now());
      const who = `${found.role} of ${reachText(found)}, last used ${usedText(found, shell.now())}`;
      await confirm(shell, yes, () => `Revoke token ${name} (${who})? Whoever uses it is refused from then on.`);
      const path = `/tokens/${encodeURIComponent(id)}`;
      const revoked = await shell.client().call<TokenView>('DELETE', path, { reason });
      const told = (token: TokenView) => `Token ${token.name} is revoked: whoever uses it is refused from now on.`;
      const look = lookOf(shell);
      show(shell, json, revoked, (tamed) => [...wrap(told(tamed), look.width), ...nextLines(['sluice tokens'], look)]);
    });
}

// A name may have belonged to tokens that are over: the one in force is meant, or else the only one that is not revoked.
function meant(given: string, tokens: readonly TokenView[], now: number): TokenView {
  const byId = tokens.find(({ id }) => id === given);
  const named = tokens.filter(({ name }) => name === given);
  const open = named.filter(({ revokedAt }) => revokedAt === null);
  const found = byId ?? open.find(({ state }) => state === 'good') ?? open[0] ?? named[0];
  if (found === undefined) throw new Failure(EXIT.failed, `There is no token ${given}.`, 'sluice tokens');
  if (found.revokedAt !== null)
    throw new Failure(EXIT.failed, `Token ${found.name} was revoked ${ago(found.revokedAt, now)}.`, 'sluice tokens --all');
  if (found.state === 'good' || found === byId || open.length === 1) return found;
  throw new Failure(EXIT.failed, `${open.length} tokens ${given} have expired. Name one by its id.`, 'sluice tokens --all');
}

function madeLines({ name, role, token, createdAt, expiresAt, ...reach }: NewTokenView, look: Look): string[] {
  const life =
    expiresAt === null ? 'until it is revoked' : `for ${duration((Date.parse(expiresAt) - Date.parse(createdAt)) / 1000)}`;
  return [
    ...wrap(`Token ${name} is made: ${role} of ${reachText(reach)}, good ${life}.`, look.width),
    '',
    // Never broken or clipped: it is there to be copied.
    token,
    '',
    ...wrap('Its text is shown only now. Keep it where secrets are kept; the CLI takes it as SLUICE_TOKEN.', look.width),
    ...nextLines(['SLUICE_TOKEN=slu_… npx sluice me'], look),
  ];
}
