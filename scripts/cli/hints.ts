// What to try next when the API refuses: one entry a reason. Pure.
import type { Problem, Refused } from './client.ts';

type Hint = string | ((problem: Problem) => string);

/** `<id>` where the problem does not carry one. */
const release = ({ release: id }: Problem) => (typeof id === 'number' ? ` ${id}` : '');
const slotOf = ({ slot }: Problem) => (typeof slot === 'string' ? slot : '<slot>');

const ANOTHER_TOKEN = 'Set SLUICE_TOKEN to another one, or pass --token.\nAdmins make them: "sluice tokens create".';

// What belongs to no service takes no --service, but for the plan that is the default of one.
const SHARED = /^sluice (plans(?! default)|channels|tokens|teams|people|me)\b/;

// Lines that begin with `sluice` are commands, and get the --service that was given.
const HINTS: Readonly<Record<string, Hint>> = {
  'release-running': (problem) => `sluice status\nsluice release abort${release(problem)}`,
  'bake-running': 'sluice status\nsluice rollback\nOr add --force, which ends the bake.',
  'release-state': (problem) => `sluice release explain${release(problem)}`,
  'version-rolled-back': (problem) => `sluice deploy\nsluice release retry${release(problem)} --force`,
  'unknown-release': 'sluice releases',
  'slot-empty': (problem) => `sluice deploy --slot ${slotOf(problem)}`,
  'slot-leased': 'sluice status\nIt says until when. Wait for the upload to end.',
  'lease-lost': 'sluice deploy',
  'slot-in-use': 'sluice status\nIt shows which slots are idle.',
  'slot-active': 'sluice status\nA release moves visitors to another slot than the active one.',
  'no-idle-slot': ({ wanted }) => (wanted === 'room for a version' ? 'sluice status' : 'sluice deploy'),
  'no-active-slot': 'sluice activate <slot>',
  'nothing-to-roll-back': 'sluice status',
  'unknown-slot': 'sluice status',
  'unknown-service': 'sluice status',
  'unknown-plan': 'sluice plans',
  'plan-built-in': 'sluice plans set <another name>',
  'plan-in-use': 'sluice plans default <another plan>',
  'slos-off': 'sluice slos',
  'channel-off': 'sluice channels\nsluice channels add --help',
  'unknown-channel': 'sluice channels',
  'channel-in-use': ({ plan = '<plan>' }) => `sluice plans show ${plan}\nSet it without that hook: "sluice plans set".`,
  'unknown-delivery': 'sluice channels sent <name>',
  'not-dead': 'sluice channels sent <name> --state dead',
  'hook-off': 'sluice channels\nsluice channels add <name> --kind webhook --url https://…',
  'stale-revision': 'sluice status\nThen try again with the revision it shows.',
  'weights-off': 'sluice set-weight green=10\nOne slot may be left out; it gets the rest.',
  'weights-incomplete': 'sluice set-weight green=10 …\nName every slot but one; that one gets the rest.',
  unauthorized: 'Set SLUICE_TOKEN, or pass --token.',
  'token-expired': ANOTHER_TOKEN,
  'token-revoked': ANOTHER_TOKEN,
  'too-many-bad-tokens': 'Set SLUICE_TOKEN, or pass --token. Then wait a minute.',
  'role-too-low': 'sluice me\nTake a token with that role, or ask an admin for one.',
  'out-of-reach': 'sluice me\nIt says what you reach. Owners, who belong to no team, reach all.',
  'no-role': 'Ask an admin for a role, or take a token.',
  'token-exists': 'sluice tokens\nsluice tokens revoke <name>',
  'unknown-token': 'sluice tokens',
  'team-in-use': 'sluice tokens --all\nsluice people\nsluice plans',
  'service-owned': 'sluice teams\nTake it from that team first: "sluice teams set".',
  'service-of-another': 'sluice teams',
  'unknown-team': 'sluice teams',
  'unknown-person': 'sluice people',
  'no-admin-token': 'npx wrangler secret put ADMIN_TOKEN -c control/wrangler.toml',
  'not-found': 'The control Worker may be older than this clone: deploy it again.',
  internal: ({ requestId }) => `Look for ${requestId ?? 'the request'} in the log of the control Worker.`,
};

/** The steps to try after a refusal, each one line; none where nothing is known to help. */
export function hintsFor(refused: Refused, service: string | undefined): string[] {
  const hint = HINTS[refused.reason];
  const text = (typeof hint === 'function' ? hint(refused.problem) : hint) ?? refused.next;
  if (text === undefined) return [];
  const suffix = service === undefined || refused.reason === 'unknown-service' ? '' : ` --service ${service}`;
  return text.split('\n').map((step) => (step.startsWith('sluice ') && !SHARED.test(step) ? step + suffix : step));
}
