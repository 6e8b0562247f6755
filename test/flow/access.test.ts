import { afterAll, beforeAll, expect, it } from 'vitest';
import { sluice } from '../scripts/cli-fake.ts';
import { type Dev, killAll, started } from './local.ts';

// The command line against control itself: a token is made, used, refused for more than its role, revoked, refused.
let dev: Dev;
beforeAll(async () => {
  dev = await started();
});
afterAll(killAll);

/** Runs `sluice …` as the holder of `token`; without one, of the admin secret of the local run. */
function as(token: string | undefined, ...argv: string[]) {
  return sluice(argv, { url: dev.control, env: { SLUICE_URL: dev.control, SLUICE_TOKEN: token } });
}

const admin = (...argv: string[]) => as(undefined, ...argv);

it('a token does what its role may, nothing else, and nothing once it is revoked; the audit says it all', async () => {
  const made = await admin('tokens', 'create', 'ci', '--role', 'deployer', '--for', '1h', '-m', 'for the flow', '--quiet');
  expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^slu_[a-z0-9]{12}_[\w-]{43}\n$/) });
  const token = made.out.trim();
  const again = await admin('tokens', 'create', 'ci', '--role', 'viewer');
  expect(again).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^A token ci is in force\..*\nNext {2}npx sluice tokens\n/),
  });

  expect((await as(token, 'me')).out).toMatch(/^token:ci\nRole {8}deployer: .*\nTeam {8}none\nServices {4}app\n/);
  expect(await as(token, 'set-weight', 'green=10', '-m', 'by token')).toMatchObject({ code: 0, err: '' });
  expect(await as(token, 'tokens', 'create', 'mine', '--role', 'admin')).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(/^This takes the role admin; token:ci is deployer\.\nNext {2}npx sluice me\n/),
  });

  expect(await admin('tokens', 'revoke', 'ci', '--reason', 'done')).toMatchObject({ code: 0 });
  expect(await as(token, 'me')).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(/^That token was revoked\. .*\nNext {2}Set SLUICE_TOKEN to another one/),
  });
  const { tokens } = JSON.parse((await admin('tokens', '--all', '--json')).out);
  expect(tokens).toMatchObject([{ name: 'ci', role: 'deployer', state: 'revoked', lastUsedAt: expect.any(String) }]);

  const { out } = await admin('audit');
  expect(out).toMatch(/admin {2}token_revoked\n {16}Token ci revoked\.\n {16}“done”\n/);
  expect(out).toMatch(/token:ci \(deployer\) {2}split_set {2}app\n.*\n {16}blue 100 → 90 %, green 0 → 10 %\n {16}“by token”\n/);
  expect(out).toMatch(/admin {2}token_created\n {16}Token ci made, as deployer\.\n {16}“for the flow”\n/);
  expect(out).not.toContain(token.split('_')[2]);
});

it('a team has its services and people, and an admin of it gives no more than that', async () => {
  expect((await admin('teams', 'set', 'shop', '--services', 'app')).code).toBe(0);
  const lead = (await admin('tokens', 'create', 'lead', '--role', 'admin', '--team', 'shop', '-q')).out.trim();
  expect((await as(lead, 'teams')).out).toBe('TEAM  OWNS\nshop  app\n');
  expect(await as(lead, 'teams', 'set', 'other', '--services', 'app')).toMatchObject({
    code: 1,
    err: expect.stringContaining('Ask an owner.\nNext  npx sluice me\n'),
  });
  expect((await as(lead, 'people', 'set', 'Ann@Example.com', '--role', 'viewer')).out).toMatch(
    /^ann@example\.com is viewer of team shop\./,
  );
  expect((await admin('people', 'set', 'ann@example.com', '--role', 'admin')).out).toMatch(
    /^ann@example\.com is admin of team shop\./,
  );
  expect(await admin('teams', 'delete', 'shop')).toMatchObject({
    code: 1,
    err: expect.stringContaining('npx sluice tokens --all\n'),
  });
  expect((await as(lead, 'people', 'remove', 'ann@example.com')).code).toBe(0);
  expect((await admin('tokens', 'revoke', 'lead')).code).toBe(0);
  expect((await admin('teams', 'delete', 'shop')).out).toMatch(/^Team shop is deleted\./);
});

it('the audit is found by actor, action and time, and is exported whole', async () => {
  const entriesOf = async (...argv: string[]) => JSON.parse((await admin('audit', '--json', ...argv)).out).entries;
  const all = await entriesOf('--limit', '5000');
  expect(all.length).toBeGreaterThan(10);
  expect(await entriesOf('--actor', 'token:ci')).toEqual(all.filter(({ actor }: { actor: string }) => actor === 'token:ci'));
  expect(await entriesOf('--action', 'team-deleted')).toMatchObject([{ action: 'team_deleted', what: 'Team shop deleted.' }]);
  expect(await entriesOf('--until', '2020-01-01')).toEqual([]);
  expect(await entriesOf('--service', 'app', '--since', all.at(-1).at, '--limit', '3')).toHaveLength(3);
  expect(await admin('audit', '--action', 'nope')).toMatchObject({
    code: 1,
    err: expect.stringContaining('must be one of split_set, '),
  });

  const { code, out } = await admin('audit', '--export');
  expect(code).toBe(0);
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(all);
  expect((await admin('audit', '--export', '--actor', 'nobody')).out).toBe('');
});
