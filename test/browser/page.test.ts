import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../flow/local.ts';
import { ADMIN, barriersOf, dashboard, loadsOf, signIn } from './browser.ts';

// The page as such: who may see what before signing in, what its headers forbid, how one finds one's way.
const board = dashboard();

/** What control answers to a path; `accept` is that of curl unless told. */
const get = (path: string, accept = '*/*') => fetch(board.dev.control + path, { headers: { accept } });
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

describe('what control serves', () => {
  it.each(['/', '/services/app', '/services/app/releases/1', '/plans', '/no/such/page'])(
    'browsers get the page at %s, though nobody is signed in',
    async (path) => {
      const response = await get(path, BROWSER);
      expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/html/)]);
      expect(await response.text()).toContain('<div id="app">');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('referrer-policy')).toBe('no-referrer');
      const policy = response.headers.get('content-security-policy');
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("base-uri 'none'");
      expect(policy).not.toMatch(/unsafe-|\*|data:|https?:/);
      // What is new there is seen with the next load.
      expect(response.headers.get('cache-control')).not.toMatch(/immutable|max-age=[1-9]/);
    },
  );

  it('keeps assets for ever, by the hash in their name', async () => {
    const assets = readdirSync(join(ROOT, 'control/dist/assets'));
    expect(assets.length).toBeGreaterThan(1);
    for (const name of assets) {
      const { status, headers } = await get(`/assets/${name}`);
      expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(name).toMatch(/-[A-Z0-9]{8}\.(js|css)$/);
    }
  });

  it.each([
    ['/services/app', '*/*', 401],
    ['/no/such/path', 'application/json', 401],
    ['/v1/services', BROWSER, 401],
    ['/v1/no/such/path', BROWSER, 401],
  ])('%s asked with %s is a problem, not the page', async (path, accept, status) => {
    const response = await get(path, accept);
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
    expect(await response.json()).toMatchObject({ type: '/problems/unauthorized' });
  });

  it('what is unknown stays a problem for whoever is signed in, and no page is posted to', async () => {
    const headers = { authorization: `Bearer ${ADMIN}` };
    const unknown = await fetch(`${board.dev.control}/no/such/path`, { headers });
    expect([unknown.status, unknown.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    const posted = await fetch(`${board.dev.control}/plans`, { method: 'POST', headers: { ...headers, accept: BROWSER } });
    expect([posted.status, posted.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  });

  it('has a policy that stops inline scripts, inline styles, text as code or markup, and requests elsewhere', async () => {
    const page = await board.open('/');
    await page.evaluate(async () => {
      const inline = document.createElement('script');
      inline.append('window.ran = true');
      const tries = [
        () => document.body.append(inline),
        () => {
          new Image().src = 'https://sluice.invalid/image.png';
        },
        () => document.body.setAttribute('style', 'color: red'),
        () => setTimeout('window.ran = true'),
        () => {
          document.body.innerHTML = '<p>markup</p>';
        },
        () => fetch('https://sluice.invalid/'),
      ];
      for (const attempt of tries)
        try {
          await attempt();
        } catch {
          // What is stopped is told as a violation.
        }
    });
    expect(await page.evaluate(() => 'ran' in window)).toBe(false);
    const told = board.faults.splice(0).join('\n');
    for (const directive of ['require-trusted-types-for', 'style-src-attr', 'img-src', 'connect-src'])
      expect(told).toContain(`violates ${directive}`);
  });
});

describe('signing in', () => {
  it('refuses a wrong token in words, takes a good one, and keeps it in this tab alone until signed out', async () => {
    const page = await board.open('/');
    const addresses: string[] = [];
    page.on('request', (request) => addresses.push(request.url()));
    expect(await barriersOf(page, 'sign-in')).toEqual([]);
    await page.getByLabel('Token').fill('not-a-token');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('That token is not known here.').waitFor();
    expect(await page.getByLabel('Token').inputValue()).toBe('not-a-token');

    await signIn(page);
    await page.getByRole('heading', { name: 'Services' }).waitFor();
    expect(await page.evaluate(() => [document.cookie, localStorage.length])).toEqual(['', 0]);
    await page.reload();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();

    const other = await page.context().newPage();
    await other.goto(board.dev.control);
    await other.getByLabel('Token').waitFor();

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token').waitFor();
    expect(await page.getByLabel('Token').inputValue()).toBe('');
    await page.reload();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    expect(addresses.length).toBeGreaterThan(5);
    expect(addresses.filter((url) => url.includes('token'))).toEqual([]);
    expect([addresses.join(' '), page.url()].join(' ')).not.toContain(ADMIN);
  });

  it('says so of what no token is, and is not undone by a late refusal of somebody who has signed out', async () => {
    const page = await board.open('/', { expected: [/status of 401 .*\/v1\//] });
    await page.getByLabel('Token').fill('sluice-dev…');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('That is no token').waitFor();
    const { token } = await board.api('POST', '/tokens', { name: `gone ${Date.now()}`, role: 'viewer' });
    await signIn(page, token);
    let late = () => {};
    const isLate = new Promise<void>((resolve) => {
      late = resolve;
    });
    const refusal = { type: '/problems/unauthorized', title: '', status: 401, detail: 'Too late.' };
    await page.route(
      '**/v1/plans',
      async (route) => {
        await isLate;
        await route.fulfill({ status: 401, json: refusal });
      },
      { times: 1 },
    );
    const answered = page.waitForResponse('**/v1/plans');
    await page.getByRole('link', { name: 'Plans' }).click();
    await page.getByRole('heading', { level: 1, name: 'Plans' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page);
    await page.getByText('admin').first().waitFor();
    late();
    await answered;
    await page.getByRole('link', { name: 'Tokens' }).click();
    await page.getByRole('heading', { level: 1, name: 'Tokens' }).waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(1);
  });

  it('says so when the token is revoked while a page is open', async () => {
    const { token, id } = await board.api('POST', '/tokens', { name: 'brief', role: 'viewer' });
    // Of all pages the one that asks control for nothing, which would notice by itself.
    const page = await board.open('/no/such/page', { token, expected: [/status of 401 .*\/v1\//] });
    await board.api('DELETE', `/tokens/${id}`);
    await page.getByRole('link', { name: 'Tokens' }).click();
    await page.getByRole('alert').getByText('That token was revoked.').waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  });
});

describe('signing in by Cloudflare Access', () => {
  it('asks for no token, and says when Access does not know them any more', async () => {
    const page = await board.open('/plans', { token: ADMIN });
    await page.evaluate(() => sessionStorage.clear());
    let isKnown = true;
    // Access stands before control: it says who it is, or sends whoever it does not know to its own page.
    await page.route('**/v1/**', (route) =>
      isKnown
        ? route.continue({ headers: { ...route.request().headers(), authorization: `Bearer ${ADMIN}` } })
        : route.fulfill({ status: 302, headers: { location: 'https://team.cloudflareaccess.com/' } }),
    );
    await page.reload();
    await page.getByRole('heading', { level: 2, name: 'cautious' }).waitFor();
    expect(await page.getByRole('button', { name: 'Sign out' }).count()).toBe(0);
    isKnown = false;
    await page.getByRole('link', { name: 'Tokens' }).click();
    await page.getByRole('alert').getByText('The sign-in is over. Reload the page to sign in again.').waitFor();
  });
});

describe('finding one’s way', () => {
  it('opens a deep link once signed in, and goes back and forward without loading anew', async () => {
    const page = await board.open('/services/app/objectives', { token: ADMIN });
    const loads = loadsOf(page);
    const nav = page.getByRole('navigation', { name: 'Pages' });
    await page.getByRole('heading', { level: 1, name: 'Objectives of app' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/services/app/objectives');
    await expect.poll(() => page.title()).toBe('Objectives of app · Sluice');
    await nav.getByRole('link', { name: 'Plans' }).click();
    await page.getByRole('heading', { level: 1, name: 'Plans' }).waitFor();
    await nav.getByRole('link', { name: 'Audit' }).click();
    await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Plans' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Objectives of app' }).waitFor();
    await page.goForward();
    await page.getByRole('heading', { level: 1, name: 'Plans' }).waitFor();
    expect(await nav.getByRole('link', { name: 'Plans' }).getAttribute('aria-current')).toBe('page');
    expect(loads()).toBe(0);
  });

  it('says so of a page that there is none, and of a service or release that there is none', async () => {
    const page = await board.open('/no/such/page', { token: ADMIN, expected: [/status of 404/] });
    await page.getByRole('heading', { level: 1, name: 'No such page' }).waitFor();
    await page.getByRole('main').getByRole('link', { name: 'services' }).click();
    await page.getByRole('heading', { level: 1, name: 'Services' }).waitFor();
    await page.goto('/services/app/releases/99');
    await page
      .getByRole('alert')
      .getByText(/no release 99/i)
      .waitFor();
    await page.goto('/services/nobody');
    await page.getByRole('alert').getByText('There is no service "nobody".').waitFor();
  });

  it('says so of a page that cannot be shown, and all others still are', async () => {
    const page = await board.open('/plans', { token: ADMIN });
    await page.route('**/v1/services', (route) => route.fulfill({ json: { services: [{ service: 'app' }] } }));
    await page.getByRole('link', { name: 'Services' }).click();
    await page.getByRole('heading', { level: 1, name: 'This page cannot be shown' }).waitFor();
    expect(await barriersOf(page, 'broken')).toEqual([]);
    await page.getByRole('link', { name: 'Channels' }).click();
    await page.getByRole('heading', { level: 1, name: 'Channels' }).waitFor();
    await page.getByRole('link', { name: 'Services' }).click();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await page.unroute('**/v1/services');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { level: 2, name: 'app' }).waitFor();
  });

  it('leads to the document of the API', async () => {
    const page = await board.open('/', { token: ADMIN });
    await page.getByRole('link', { name: 'API' }).click();
    await page.getByText('/v1/services/{service}/split').first().waitFor();
    expect(await barriersOf(page, 'docs')).toEqual([]);
  });
});
