import { env } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { api } from '../../control/api/app.ts';

function status(host: string, vars: Partial<Cloudflare.Env>, token = 'sluice-dev', path = '/v1/nothing') {
  const request = new Request(`http://${host}${path}`, { headers: { authorization: `Bearer ${token}` } });
  return Promise.resolve(api.fetch(request, { ...env, ADMIN_TOKEN: undefined, ...vars })).then((response) => response.status);
}

describe('without a fit secret', () => {
  const long = 'x'.repeat(32);
  it.each<[number, string, Partial<Cloudflare.Env>, string]>([
    [503, 'control.example', {}, 'sluice-dev'],
    [503, 'control.example', { ADMIN_TOKEN: '' }, ''],
    [503, 'control.example', { ADMIN_TOKEN: 'sluice-dev' }, 'sluice-dev'],
    [503, 'control.example', { ADMIN_TOKEN: 'sluice-dev', LOCAL_DEV: '1' }, 'sluice-dev'],
    [503, '127.0.0.1', { ADMIN_TOKEN: 'sluice-dev' }, 'sluice-dev'],
    [503, 'control.example', { ADMIN_TOKEN: long.slice(1) }, long.slice(1)],
    [404, '127.0.0.1', { ADMIN_TOKEN: 'sluice-dev', LOCAL_DEV: '1' }, 'sluice-dev'],
    [404, 'control.example', { ADMIN_TOKEN: long }, long],
    [401, 'control.example', { ADMIN_TOKEN: long }, 'sluice-dev'],
  ])('%i at %s with %j', async (expected, host, vars, token) => {
    expect(await status(host, vars, token)).toBe(expected);
  });

  it('still answers /healthz', async () => expect(await status('control.example', {}, '', '/healthz')).toBe(200));
});
