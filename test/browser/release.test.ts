import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { fault } from '../flow/local.ts';
import { ADMIN, barriersOf, dashboard, loadsOf, PHONE, says, sideways, splits, visited } from './browser.ts';

// Releases and traffic, as the one on duty sees and moves them.
const board = dashboard();

interface Stage {
  readonly weight: number;
  readonly soakSeconds: number;
  readonly minRequests?: number;
  readonly advance?: 'manual';
}

/** Begins a release to green, and gives its id. */
async function release(stages: readonly Stage[], more: object = {}): Promise<number> {
  const { id } = await board.api('POST', '/services/app/releases', {
    slot: 'green',
    stages,
    autoStart: true,
    force: true,
    ...more,
  });
  return id;
}

const LONG: readonly Stage[] = [
  { weight: 20, soakSeconds: 600 },
  { weight: 100, soakSeconds: 600 },
];

const view = () => board.api('GET', '/services/app');

/** Answers a dialog: gives its reason and does what it asks about. */
async function confirm(page: Page, verb: RegExp, reason: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name: verb }).click();
  await dialog.waitFor({ state: 'detached' });
}

beforeEach(() => board.calm());

describe('watching', () => {
  it('sees a release advance through its stages on live traffic, to its end, without a reload', async () => {
    const page = await board.open('/services/app', { token: ADMIN });
    const loads = loadsOf(page);
    const seen = (async () => {
      await says(page, /stage 1 of 3/i);
      await says(page, /stage 2 of 3/i);
      await says(page, /completed/i);
    })();
    await release([10, 50, 100].map((weight) => ({ weight, soakSeconds: 2, minRequests: 5 })));
    await visited(board.dev, seen);
    expect(loads()).toBe(0);
  });

  it('sees an automatic rollback by itself, with its reason', async () => {
    const id = await release([
      { weight: 50, soakSeconds: 600 },
      { weight: 100, soakSeconds: 600 },
    ]);
    const page = await board.open('/services/app', { token: ADMIN });
    const loads = loadsOf(page);
    await page
      .getByRole('region', { name: `Release ${id}` })
      .getByText('running', { exact: true })
      .waitFor();
    await fault(board.dev, 'green', { errorRate: 1 });
    const section = page.getByRole('region', { name: `Release ${id}` });
    await visited(board.dev, section.locator('.badge', { hasText: 'rolled back' }).waitFor());
    const { state, why } = await board.api('GET', `/services/app/releases/${id}`);
    expect(state).toBe('rolled_back');
    const [reason] = why.match(/\d+ of \d+ requests on green failed/);
    await section.getByText(reason).first().waitFor();
    await page.getByRole('list', { name: 'To decide' }).getByText(reason).waitFor();
    await splits(page, 'blue 100 %');
    expect(loads()).toBe(0);
    expect(await barriersOf(page, 'rolled-back')).toEqual([]);
  });
});

describe('deciding', () => {
  it('is told on the overview that a decision is needed, and approves with a reason that goes to the audit', async () => {
    await release([
      { weight: 10, soakSeconds: 1, minRequests: 5, advance: 'manual' },
      { weight: 60, soakSeconds: 600 },
      { weight: 100, soakSeconds: 600 },
    ]);
    const page = await board.open('/', { token: ADMIN });
    const loads = loadsOf(page);
    await visited(board.dev, says(page, /approv/i));
    await says(page, /active.*blue/is);
    expect(await barriersOf(page, 'overview-decision')).toEqual([]);
    await page.getByRole('main').getByRole('link', { name: 'app', exact: true }).click();
    await page.getByRole('button', { name: /^approve/i }).click();
    expect(await page.getByRole('dialog').innerText()).toMatch(/green[\s\S]*60 %/);
    expect(await barriersOf(page, 'approve')).toEqual([]);
    await confirm(page, /^approve/i, 'its errors are the old ones');
    await says(page, /stage 2 of 3/i);
    await splits(page, 'blue 40 %, green 60 %');
    expect((await view()).release.state).toBe('running');
    const { entries } = await board.api('GET', '/audit?limit=20');
    expect(entries).toContainEqual(expect.objectContaining({ actor: 'admin', reason: 'its errors are the old ones' }));
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Audit' }).click();
    await says(page, /its errors are the old ones/);
    // Where links of messages lead, too.
    await page.goBack();
    await page
      .getByRole('region', { name: /^Release/ })
      .getByRole('link', { name: /^Release \d+$/ })
      .first()
      .click();
    await page
      .getByRole('region', { name: 'Who did what meanwhile' })
      .getByText(/its errors are the old ones/)
      .first()
      .waitFor();
    expect(loads()).toBe(0);
  });

  it('sets weights, by which the router then really splits', async () => {
    const page = await board.open('/services/app', { token: ADMIN });
    await page.getByRole('button', { name: 'Set weights' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Weight of green in percent').fill('40');
    await confirm(page, /^Set blue 60 %, green 40 %$/, 'a first look');
    await splits(page, 'blue 60 %, green 40 %');
    const { split } = await view();
    expect(split.weights).toEqual({ blue: 60, green: 40 });
    await arrived(split.revision);
    const slots = await Promise.all(Array.from({ length: 300 }, () => visit()));
    const green = slots.filter((slot) => slot === 'green').length;
    // Four deviations around 120.
    expect(green).toBeGreaterThan(85);
    expect(green).toBeLessThan(155);
  });

  it('shows what control refuses where it happened, and keeps what was typed', async () => {
    const page = await board.open('/services/app', { token: ADMIN, expected: [/status of 409/] });
    const id = await release(LONG);
    await page.getByRole('button', { name: 'Pause' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('wait for me');
    // Somebody else is faster by so little that the page cannot know.
    await page.route('**/pause', async (route) => {
      await board.api('POST', `/services/app/releases/${id}/abort`);
      await route.continue();
    });
    await dialog.getByRole('button', { name: 'Pause green at 20 %' }).click();
    await dialog.getByRole('alert').getByText(`release ${id} is aborted`).waitFor();
    expect(await dialog.getByLabel('Reason').inputValue()).toBe('wait for me');
    await dialog.getByText('It is no longer possible').waitFor();
    expect(await dialog.getByRole('button', { name: 'Pause green at 20 %' }).isDisabled()).toBe(true);
  });
});

/** What each dialog is opened from, and what it must name. `begun` brings a release to green where the verb is offered. */
const MANUAL: readonly Stage[] = [
  { weight: 20, soakSeconds: 0, minRequests: 0, advance: 'manual' },
  { weight: 50, soakSeconds: 600 },
  { weight: 100, soakSeconds: 600 },
];
const VERBS: readonly [
  state: string,
  begin: () => Promise<unknown>,
  verbs: readonly (readonly [label: RegExp, does: RegExp])[],
][] = [
  [
    'pending',
    () => release(LONG, { autoStart: false }),
    [
      [/^start$/i, /green[\s\S]*20 %/],
      [/^abort$/i, /green/],
    ],
  ],
  [
    'running',
    () => release(LONG),
    [
      [/^pause$/i, /green[\s\S]*20 %[\s\S]*soak/],
      [/^skip$/i, /stage 2 of 2[\s\S]*100 %|all visitors[\s\S]*green/i],
      [/^promote$/i, /green[\s\S]*active/],
      [/^abort$/i, /all[\s\S]*blue/i],
      [/^roll ?back$/i, /all[\s\S]*blue/i],
    ],
  ],
  [
    'paused',
    async () => board.api('POST', `/services/app/releases/${await release(LONG)}/pause`),
    [[/^resume$/i, /green[\s\S]*20 %/]],
  ],
  [
    'awaiting approval',
    () => release(MANUAL),
    [
      [/^approve$/i, /green[\s\S]*50 %/],
      [/^deny$/i, /all[\s\S]*blue/i],
    ],
  ],
  [
    'aborted',
    async () => board.api('POST', `/services/app/releases/${await release(LONG)}/abort`),
    [
      [/^retry$/i, /green[\s\S]*20 %/],
      [/^rotate$/i, /all[\s\S]*green/i],
      [/^activate green$/i, /all[\s\S]*green/i],
    ],
  ],
];

describe('the verbs', () => {
  it.each(VERBS)(
    'of a release that is %s say what they do, name the slot, and do nothing when left',
    async (state, begin, verbs) => {
      await begin();
      await expect.poll(async () => (await view()).release.state).toBe(state.replace('awaiting ', 'awaiting_'));
      const before = await view();
      const page = await board.open('/services/app', { token: ADMIN });
      for (const [label, does] of verbs) {
        await page.getByRole('button', { name: label }).first().click();
        const dialog = page.getByRole('dialog');
        expect(await dialog.innerText()).toMatch(does);
        await dialog.getByLabel('Reason').waitFor();
        expect(await dialog.getByRole('button').allInnerTexts()).toContainEqual(expect.stringMatching(/blue|green/));
        await page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'detached' });
      }
      const after = await view();
      expect([after.split, after.release.state]).toEqual([before.split, before.release.state]);
    },
  );

  it('are not for viewers, who are told why; nor are calls that a viewer forges', async () => {
    const { token } = await board.api('POST', '/tokens', { name: `viewer ${Date.now()}`, role: 'viewer' });
    await release(LONG);
    const page = await board.open('/services/app', { token, expected: [/status of 403/] });
    await says(page, /Takes the role deployer; you are viewer/);
    for (const verb of [/^pause$/i, /^skip$/i, /^promote$/i, /^abort$/i, /^roll ?back$/i, /^rotate$/i, /^set weights$/i])
      for (const button of await page.getByRole('button', { name: verb }).all())
        expect([verb, await button.isDisabled()]).toEqual([verb, true]);
    expect(await page.getByRole('button', { name: /^pause$/i }).count()).toBe(1);
    expect(await barriersOf(page, 'viewer')).toEqual([]);
    const { id, state } = (await view()).release;
    const forged = await page.evaluate(async (release) => {
      const headers = { authorization: `Bearer ${Object.values(sessionStorage)[0]}` };
      const { status } = await fetch(`/v1/services/app/releases/${release}/abort`, { method: 'POST', headers });
      return status;
    }, id);
    expect([forged, state, (await view()).release.state]).toEqual([403, 'running', 'running']);
  });

  it('can be given by the keyboard alone, from signing in on', async () => {
    const id = await release(LONG);
    const page = await board.open('/');
    await page.getByLabel('Token').waitFor();
    await tabTo(page, /token/i);
    await page.keyboard.type(ADMIN);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Services' }).waitFor();
    await tabTo(page, /^app$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /app/ }).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('main');
    await tabTo(page, /^pause$/i);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused(page)).toMatch(/^pause$/i);
    expect((await view()).release.state).toBe('running');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo(page, /reason/i);
    await page.keyboard.type('no mouse at hand');
    await tabTo(page, /^pause .*green/i);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await says(page, /paused/i);
    // The button is gone: the focus is where it was.
    await expect.poll(() => focused(page), { timeout: 4_000 }).toMatch(/^paused/i);
    expect(await board.api('GET', `/services/app/releases/${id}`)).toMatchObject({ state: 'paused' });
  });
});

/** The name of what has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { activeElement: one } = document;
    if (one instanceof HTMLInputElement || one instanceof HTMLTextAreaElement) return one.labels?.[0]?.innerText ?? '';
    return one instanceof HTMLElement && one !== document.body ? (one.getAttribute('aria-label') ?? one.innerText).trim() : '';
  });
}

/** Presses Tab until something of that name has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = [];
  while (passed.length < 80) {
    const at = await focused(page);
    if (name.test(at)) return;
    passed.push(at);
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never comes to ${name}, only to ${passed.join(' | ')}`);
}

describe('what people and slots wrote', () => {
  it('is shown as text, whatever it says', async () => {
    const evil = '<img src=x onerror="document.title=`ran`">';
    await board.api('POST', '/services/app/deployments', {
      slot: 'green',
      versionId: '<b>v2</b>',
      message: evil,
      author: 'javascript:alert(1)',
      source: 'javascript:alert(1)',
      force: true,
    });
    const id = await release(LONG, { name: evil, reason: `reason ${evil}` });
    const page = await board.open('/services/app', { token: ADMIN });
    for (const path of ['/services/app', `/services/app/releases/${id}`, '/', '/audit']) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      if (path !== '/') await says(page, /<img src=x onerror=/);
      await page.locator('.loading').first().waitFor({ state: 'detached' });
      expect(await page.locator('main img, main b').count()).toBe(0);
      const links = await page.locator('a').evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).protocol));
      expect(new Set(links)).toEqual(new Set([new URL(board.dev.control).protocol]));
      expect(await page.title()).not.toBe('ran');
    }
  });
});

describe('a phone', () => {
  it('shows a service, a dialog and a release without moving sideways', async () => {
    const id = await release(LONG);
    const page = await board.open('/services/app', {
      token: ADMIN,
      context: { viewport: PHONE, isMobile: true, hasTouch: true },
    });
    await says(page, /running/i);
    expect(await sideways(page)).toEqual([]);
    await page.getByRole('button', { name: /^promote$/i }).tap();
    await page.getByRole('dialog').waitFor();
    expect(await sideways(page)).toEqual([]);
    await page.goto(`/services/app/releases/${id}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await sideways(page)).toEqual([]);
  });
});

/** Where a visitor without a cookie is sent. */
async function visit(headers: Record<string, string> = {}): Promise<string | null> {
  const response = await fetch(board.dev.router, { headers: { connection: 'close', ...headers } });
  await response.text();
  return response.headers.get('x-slot');
}

/** Waits until the router serves by a revision. */
async function arrived(revision: number): Promise<void> {
  await expect
    .poll(
      async () => {
        const response = await fetch(`${board.dev.router}/echo-me`, { headers: { 'x-slot': 'blue', connection: 'close' } });
        return ((await response.json()) as { headers: Record<string, string> }).headers['x-sluice-revision'];
      },
      { timeout: 10_000 },
    )
    .toBe(String(revision));
}
