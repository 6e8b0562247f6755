import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Actor,
  actorOf,
  covers,
  isEnough,
  isOf,
  isOwner,
  type Reach,
  ROLES,
  reaches,
  SECRET_HOLDER,
  servicesOf,
  type Team,
} from '../../../control/core/access.ts';

const TEAMS: readonly Team[] = [
  { name: 'web', services: ['app', 'shop'] },
  { name: 'ops', services: ['mail'] },
  { name: 'new', services: [] },
];
const actor = (team: string | null, services: readonly string[] | null, teams = TEAMS): Actor =>
  actorOf('ann', 'admin', { team, services }, teams);

describe('roles', () => {
  it.each(ROLES.flatMap((role, i) => ROLES.map((needed, j) => [role, needed, i >= j] as const)))(
    '%s where %s is needed: %s',
    (role, needed, enough) => expect(isEnough(role, needed)).toBe(enough),
  );

  it('begin with the least', () => expect(ROLES).toEqual(['viewer', 'deployer', 'admin']));
});

describe('a reach', () => {
  it.each<[string | null, readonly string[] | null, readonly string[] | null]>([
    [null, null, null],
    [null, ['app'], ['app']],
    ['web', null, ['app', 'shop']],
    ['web', ['shop'], ['shop']],
    ['web', ['mail'], []],
    ['web', ['shop', 'mail'], ['shop']],
    ['new', null, []],
    ['gone', null, []],
    ['gone', ['app'], []],
  ])('of team %j with %j is %j by now', (team, services, now) => {
    expect(servicesOf({ team, services }, TEAMS)).toEqual(now);
    expect(actor(team, services).services).toEqual(now);
  });

  it('reaches the services it has, and no other', () => {
    expect(['app', 'shop', 'mail'].filter((service) => reaches(actor('web', null), service))).toEqual(['app', 'shop']);
    expect(['app', 'mail'].filter((service) => reaches(actor(null, ['app']), service))).toEqual(['app']);
    expect(reaches(actor('gone', null), 'app')).toBe(false);
    expect(reaches(SECRET_HOLDER, 'whatever')).toBe(true);
  });

  it.each<[Actor, boolean]>([
    [SECRET_HOLDER, true],
    [actor(null, null), true],
    [actor(null, ['app']), false],
    [actor('web', null), false],
    [actor('gone', null), false],
  ])('%j is an owner: %s', (who, owner) => expect(isOwner(who)).toBe(owner));

  it.each<[Actor, string | null, boolean]>([
    [SECRET_HOLDER, null, true],
    [SECRET_HOLDER, 'web', true],
    [actor('web', null), 'web', true],
    [actor('web', ['app']), 'web', true],
    [actor('web', null), 'ops', false],
    [actor('web', null), null, false],
    [actor(null, ['app']), null, false],
    [actor(null, ['app']), 'web', false],
  ])('of %j makes what is of %j theirs: %s', (who, team, theirs) => expect(isOf(who, team)).toBe(theirs));
});

describe('giving', () => {
  it.each<[string, Actor, Reach, boolean]>([
    ['an owner anything', SECRET_HOLDER, { team: null, services: null }, true],
    ['an owner what is of a team', SECRET_HOLDER, { team: 'web', services: null }, true],
    ['somebody of a team all of it', actor('web', null), { team: 'web', services: null }, true],
    ['somebody of a team some of it', actor('web', null), { team: 'web', services: ['app'] }, true],
    ['somebody of a team another one', actor('web', null), { team: 'ops', services: null }, false],
    ['somebody of a team an empty one', actor('web', null), { team: 'new', services: null }, false],
    ['somebody of a team no team', actor('web', null), { team: null, services: null }, false],
    ['somebody of a team a service without it', actor('web', null), { team: null, services: ['app'] }, false],
    ['somebody of one service that one', actor('web', ['app']), { team: 'web', services: ['app'] }, true],
    ['somebody of one service another', actor('web', ['app']), { team: 'web', services: ['shop'] }, false],
    ['somebody of one service both', actor('web', ['app']), { team: 'web', services: ['app', 'shop'] }, false],
    ['somebody of one service all', actor('web', ['app']), { team: 'web', services: null }, false],
    ['somebody of one service all of what is just that', actor('ops', ['mail']), { team: 'ops', services: null }, false],
    ['somebody of one service one that the team has not', actor('web', ['app']), { team: 'web', services: ['mail'] }, false],
    ['somebody of one service without a team that one', actor(null, ['app']), { team: null, services: ['app'] }, true],
    ['somebody of one service without a team all', actor(null, ['app']), { team: null, services: null }, false],
    ['somebody of one service without a team a team', actor(null, ['app']), { team: 'web', services: ['app'] }, false],
    ['somebody of a team that is gone', actor('gone', null), { team: null, services: null }, false],
  ])('lets %s: %j %j %s', (_, who, reach, allowed) => expect(covers(who, reach)).toBe(allowed));

  const names = fc.subarray(['app', 'shop', 'mail', 'docs']);
  const teams = fc.tuple(names, names).map(([web, ops]): Team[] => [
    { name: 'web', services: web },
    { name: 'ops', services: ops.filter((service) => !web.includes(service)) },
  ]);
  const reach = fc.record({
    team: fc.constantFrom('web', 'ops', 'gone', null),
    services: fc.option(names, { nil: null }),
  }) satisfies fc.Arbitrary<Reach>;

  it('never enables more services than the giver has, then or after any change of the teams', () => {
    let allowed = 0;
    fc.assert(
      fc.property(reach, reach, teams, teams, (has, gives, then, later) => {
        if (!covers(actorOf('ann', 'admin', has, then), gives)) return;
        allowed++;
        for (const at of [then, later]) {
          const [given, own] = [servicesOf(gives, at), servicesOf(has, at)];
          if (own === null) continue;
          expect(given).not.toBeNull();
          expect((given ?? []).filter((service) => !own.includes(service))).toEqual([]);
        }
      }),
      { numRuns: 5000 },
    );
    expect(allowed).toBeGreaterThan(200);
  });

  it('makes nobody an owner but by owners', () => {
    fc.assert(
      fc.property(reach, reach, teams, (has, gives, at) => {
        const giver = actorOf('ann', 'admin', has, at);
        if (!covers(giver, gives)) return;
        if (isOwner(actorOf('bob', 'admin', gives, at))) expect(isOwner(giver)).toBe(true);
        if (!isOwner(giver)) expect(gives.team).toBe(giver.team);
      }),
      { numRuns: 2000 },
    );
  });
});
