import { describe, expect, it } from 'vitest';
import { tokenBody } from '../../../control/api/access-schemas.ts';
import { bodyOf, NEW_TOKEN, rolesFor } from '../../../control/dashboard/tokens/token-fields.ts';
import { found } from '../found.ts';

const named = { ...NEW_TOKEN, name: ' ci ' };

describe('the form of a token', () => {
  it('asks by itself for a deployer of all services, for 90 days', () => {
    const { team, ...rest } = tokenBody.parse(bodyOf(named));
    expect(rest).toEqual({ name: 'ci', role: 'deployer', services: null, forSeconds: 90 * 86_400, reason: null });
    expect(team).toBeUndefined();
  });

  it.each([
    ['0.5', 43_200],
    ['1.1', 95_040],
    ['3650', 315_360_000],
  ])('%s days are so many seconds, exactly', (days, seconds) => {
    expect(tokenBody.parse(bodyOf({ ...named, days })).forSeconds).toBe(seconds);
  });

  it.each(['', 'long', '3651', '0', '0.00001'])('%j days do not fit, and do not become the default', (days) => {
    expect(Object.keys(found(tokenBody, bodyOf({ ...named, days })))).toEqual(['forSeconds']);
  });

  it('is good for ever where that is said, whatever the days are', () => {
    expect(tokenBody.parse(bodyOf({ ...named, days: 'x', isForEver: true })).forSeconds).toBeNull();
  });

  it('gives away no role above that of whoever makes it', () => {
    expect(rolesFor('admin')).toEqual(['viewer', 'deployer', 'admin']);
    expect(rolesFor('deployer')).toEqual(['viewer', 'deployer']);
  });
});
