// Tokens, teams and people as lists. Pure.

import type { PersonView, TeamView, TokenView } from '../../control/api/types.ts';
import { reachText } from '../../control/setting-words.ts';
import { ago, ahead, count, secondsUntil } from '../../control/words.ts';
import { type Cell, type Look, listing, nextLines } from './layout.ts';
import { wrap } from './text.ts';

/** A token that ends sooner stands out. */
const SOON_SECONDS = 7 * 86_400;

/** The tokens to list: those that are over only when all are wanted. */
export function shownTokens(tokens: readonly TokenView[], all: boolean): TokenView[] {
  return tokens.filter(({ state }) => all || state === 'good');
}

/** Tokens, a line each; those that are over only when all are wanted. */
export function tokensLines(tokens: readonly TokenView[], all: boolean, look: Look): string[] {
  const next = nextLines(['sluice tokens create --help'], look);
  if (tokens.length === 0) return ['There are no tokens yet.', ...next];
  const shown = shownTokens(tokens, all);
  const left = tokens.length - shown.length;
  const someOver = shown.some(({ state }) => state !== 'good');
  const titles = ['TOKEN', 'ROLE', 'REACHES', 'CREATED', ...(someOver ? ['STATE'] : []), 'EXPIRES', 'USED', 'ID'];
  const columns = titles.map((title) => ({
    title,
    ...(title === 'REACHES' && { yields: true as const }),
    ...(title === 'ID' && { whole: true as const }),
  }));
  const rows = shown.map((token): Cell[] => {
    const { name, role, createdAt, state, id } = token;
    const cells: Cell[] = [
      ['bold', name],
      ...[role, reachText(token), ago(createdAt, look.now), ...(someOver ? [state] : [])],
      ...[endCell(token, look.now), usedText(token, look.now), id],
    ];
    return state === 'good' ? cells : cells.map((cell) => ['dim', typeof cell === 'string' ? cell : cell[1]]);
  });
  const over = `${count(left, 'token')} that ${left === 1 ? 'is' : 'are'} over: sluice tokens --all`;
  return [
    ...(shown.length === 0 ? ['No token is good any more.'] : listing(columns, rows, look)),
    ...(left === 0 ? [] : ['', ...wrap(over, look.width)]),
    '',
    ...next,
  ];
}

/** When a token was last used. */
export function usedText({ lastUsedAt }: Pick<TokenView, 'lastUsedAt'>, now: number): string {
  return lastUsedAt === null ? 'never' : ago(lastUsedAt, now);
}

function endCell({ state, expiresAt }: TokenView, now: number): Cell {
  if (state === 'revoked') return '';
  if (expiresAt === null) return 'never';
  if (state === 'expired') return ago(expiresAt, now);
  const text = ahead(expiresAt, now);
  return secondsUntil(expiresAt, now) < SOON_SECONDS ? ['yellow', text] : text;
}

/** Teams, a line each. */
export function teamsLines(teams: readonly TeamView[], look: Look): string[] {
  if (teams.length === 0) return ['There are no teams.', ...nextLines(['sluice teams set <name> --services app'], look)];
  const columns = [{ title: 'TEAM' }, { title: 'OWNS', yields: true } as const];
  const rows = teams.map(({ name, services }): Cell[] => [['bold', name], services.join(', ') || 'no service']);
  return listing(columns, rows, look);
}

/** People and groups, a line each. */
export function peopleLines(people: readonly PersonView[], look: Look): string[] {
  const next = nextLines(['sluice people set --help'], look);
  if (people.length === 0) return [...wrap('Nobody has a role by e-mail address or group.', look.width), ...next];
  const columns = [{ title: 'WHO' }, { title: 'ROLE' }, { title: 'REACHES', yields: true } as const];
  const rows = people.map((person): Cell[] => [['bold', person.who], person.role, reachText(person)]);
  return [...listing(columns, rows, look), '', ...next];
}
