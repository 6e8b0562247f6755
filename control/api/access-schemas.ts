// What the API takes in and answers of teams, tokens and people.
import * as z from 'zod';
import { lowered, ROLES } from '../core/access.ts';
import { time, timeOrNull } from './parts.ts';
import { reason, slug } from './schemas.ts';

const DAY_SECONDS = 86_400;
const MAX_TOKEN_SECONDS = 3650 * DAY_SECONDS;
/** What a token lives unless it is said otherwise. */
const TOKEN_SECONDS = 90 * DAY_SECONDS;

// One line of letters, digits and a few signs: it is shown in logs, mails and headers.
const label = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} ._@/+-]{0,63}$/u,
    'must be 1 to 64 letters, digits or " ._@/+-", and begin with a letter or digit',
  );
const serviceList = z.array(z.string().max(64)).max(100);
const role = z
  .enum(ROLES)
  .describe('viewer reads; deployer moves traffic, too; admin sets objectives, plans, channels, tokens, too.');

const reach = {
  team: slug.nullish().describe('The team it belongs to; left out: your own. Owners have none, and reach all services.'),
  services: serviceList.min(1).nullish().describe('Only these services; left out: all of the team.'),
};

/** The name in the path of a team. */
export const teamParams = z.object({ name: slug });

/** `PUT /teams/{name}`. */
export const teamBody = z.strictObject({ services: serviceList, reason });

/** `POST /tokens`. */
export const tokenBody = z.strictObject({
  name: label,
  role,
  ...reach,
  forSeconds: z
    .int()
    .min(60)
    .max(MAX_TOKEN_SECONDS)
    .nullable()
    .default(TOKEN_SECONDS)
    .describe('How long it is good; null for as long as nobody revokes it. Left out: 90 days.'),
  reason,
});

/** The id in the path of a token. */
export const tokenParams = z.object({ id: z.string().max(64) });

// Nothing that a terminal or a page would not show as it is.
const EMAIL = /^[^\s\p{C}@:,;<>()"\\]{1,64}@[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/u;
const GROUP = /^group:[\p{L}\p{N}][\p{L}\p{N} ._@/+-]{0,99}$/u;

/** Who, in a path: an e-mail address, or `group:<name>`. */
export const personParams = z.object({
  who: z
    .string()
    .max(200)
    .transform((who) => (who.startsWith('group:') ? who : lowered(who)))
    .refine((who) => EMAIL.test(who) || GROUP.test(who), 'must be an e-mail address, or group:<name>'),
});

/** `PUT /people/{who}`. */
export const personBody = z.strictObject({ role, ...reach, reason });

/** `GET /me`. */
export const meAnswer = z
  .object({
    name: z.string().describe('As the audit calls you.'),
    role: z.enum(ROLES),
    team: z.string().nullable(),
    services: z.array(z.string()).describe('The services you reach by now.'),
  })
  .meta({ id: 'Me' });

const team = z.object({ name: z.string(), services: z.array(z.string()).readonly() }).meta({ id: 'Team' });

/** `PUT /teams/{name}`. */
export const teamAnswer = team;

/** `GET /teams`. */
export const teamsAnswer = z.object({ teams: z.array(team) });

const reached = { team: z.string().nullable(), services: z.array(z.string()).readonly().nullable() };

/** `DELETE /tokens/{id}`. */
export const token = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    ...reached,
    createdAt: time,
    createdBy: z.string(),
    expiresAt: timeOrNull,
    lastUsedAt: timeOrNull.describe('To the minute.'),
    revokedAt: timeOrNull,
    state: z.enum(['good', 'expired', 'revoked']),
  })
  .meta({ id: 'Token', description: 'A token, without its text.' });

/** `POST /tokens`. */
export const newTokenAnswer = token.extend({ token: z.string().describe('Its text, shown this once.') });

/** `GET /tokens`. */
export const tokensAnswer = z.object({ tokens: z.array(token) });

/** `PUT /people/{who}`. */
export const person = z.object({ who: z.string(), role: z.enum(ROLES), ...reached }).meta({ id: 'Person' });

/** `GET /people`. */
export const peopleAnswer = z.object({ people: z.array(person) });
