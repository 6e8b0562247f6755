// The dashboard in a browser against a local run: one of each a file. Whatever a page does that it should not, fails its test.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AxeResults, ImpactValue, RunOptions } from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { bearer, type Dev, fault, killAll, ROOT, started } from '../flow/local.ts';
import { launch } from './chromium.ts';

const OUTPUT = join(ROOT, 'test-output');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** The admin token of the local run. */
export const ADMIN = 'sluice-dev';

/** For anything to appear. */
const WAIT_MS = 12_000;
/** Of the height of a picture: the document of the API is longer than anybody looks at. */
const MOST_PIXELS = 8_000;
const DESK = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

/** How a page is looked at. */
const LOOKS = [
  { look: 'desk-light', size: DESK, colorScheme: 'light' },
  { look: 'desk-dark', size: DESK, colorScheme: 'dark' },
  { look: 'phone-light', size: PHONE, colorScheme: 'light' },
  { look: 'phone-dark', size: PHONE, colorScheme: 'dark' },
] as const;

/** What a test may ask of its page. */
interface Opening {
  /** What goes wrong on purpose: matched against what the console says, followed by the address it is about. */
  readonly expected?: readonly RegExp[];
  /** Signs in with it first. */
  readonly token?: string;
  readonly context?: BrowserContextOptions;
}

// Nobody is signed in as a page begins: it asks whether Cloudflare Access knows who it is. A wrong token is refused alike.
const SIGNED_OUT = /status of 401 .*\/v1\/me$/;

/** An answer of the API; each test knows the shape it asks for. */
// biome-ignore lint/suspicious/noExplicitAny: see above
type Answer = any;

/** A browser and a local run for the tests of a file, which are started with its first and ended with its last. */
export function dashboard() {
  let browser: Browser;
  let dev: Dev;
  const contexts: BrowserContext[] = [];
  const faults: string[] = [];

  beforeAll(async () => {
    const chromium = inject('chromium');
    if ('missing' in chromium) throw new Error(chromium.missing);
    [browser, dev] = await Promise.all([launch(chromium), started()]);
  });
  afterEach(async ({ task }) => {
    const open = contexts.splice(0);
    if (task.result?.state === 'fail') {
      for (const page of open.flatMap((context) => context.pages()))
        await page.screenshot({ path: output(`failed ${task.name}.png`), fullPage: true }).catch(() => {});
      writeFileSync(output(`failed ${task.name}.log`), dev.output());
    }
    await Promise.all(open.map((context) => context.close()));
    expect(faults.splice(0), 'the pages did what they should not').toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    killAll();
  });

  /** Opens a page of the dashboard, in a context of its own. */
  async function open(path = '/', { expected = [], token, context: options = {} }: Opening = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: DESK, baseURL: dev.control, ...options });
    context.setDefaultTimeout(WAIT_MS);
    contexts.push(context);
    await guard(context, dev.control, [SIGNED_OUT, ...expected], (what) => faults.push(what));
    const page = await context.newPage();
    await page.goto(path);
    if (token !== undefined) await signIn(page, token);
    return page;
  }

  /** Calls the API. @throws on a refusal */
  async function api(method: string, path: string, body?: object): Promise<Answer> {
    const json = body === undefined ? null : JSON.stringify(body);
    const response = await fetch(`${dev.control}/v1${path}`, { method, headers: bearer, body: json });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** Ends what an earlier test began: blue has all visitors, and no slot fails. */
  async function calm(): Promise<void> {
    for (const slot of ['blue', 'green']) await fault(dev, slot, null);
    const { release } = await api('GET', '/services/app');
    if (release !== null && !['completed', 'rolled_back', 'aborted'].includes(release.state))
      await api('POST', `/services/app/releases/${release.id}/abort`);
    await api('POST', '/services/app/activate', { slot: 'blue' });
  }

  return {
    open,
    api,
    calm,
    /** What pages did that they should not have; a test that means them to takes them out. */
    faults,
    get dev() {
      return dev;
    },
  };
}

/**
 * Visitors of a local run, until `work` is done. One after the other: of several connections some are idle for long, and
 * `wrangler dev` ends where one is used just as it is dropped.
 */
export async function visited<T>({ router }: Dev, work: Promise<T>): Promise<T> {
  let busy = true;
  const done = work.finally(() => {
    busy = false;
  });
  const visits = (async () => {
    while (busy) {
      await (await fetch(router)).text();
      await sleep(10);
    }
  })();
  const [result] = await Promise.all([done, visits]);
  return result;
}

/** Tells of all that no page may do. */
async function guard(
  context: BrowserContext,
  origin: string,
  expected: readonly RegExp[],
  tell: (what: string) => void,
): Promise<void> {
  context.on('weberror', (error) => tell(`uncaught ${error.error().stack ?? error.error()}`));
  context.on('console', (message) => {
    const said = `${message.text()} ${message.location().url}`;
    if (message.type() === 'error' && !expected.some((one) => one.test(said))) tell(said);
  });
  context.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) tell(`request to ${request.url()}`);
  });
  context.on('page', (page) => page.on('crash', () => tell('a page crashed')));
  await context.addInitScript(() =>
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile, lineNumber }) =>
      console.error(`violates ${violatedDirective}: ${blockedURI} at ${sourceFile}:${lineNumber}`),
    ),
  );
}

/** Signs in by the form. */
export async function signIn(page: Page, token = ADMIN): Promise<void> {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

/** Waits until the content of a page says something, in whatever elements. */
export async function says(page: Page, what: RegExp): Promise<void> {
  await expect.poll(() => page.getByRole('main').innerText(), { timeout: WAIT_MS, interval: 50 }).toMatch(what);
}

/** Waits until a page of a service shows a split. */
export function splits(page: Page, split: string): Promise<void> {
  return page.getByRole('img', { name: `Split: ${split}`, exact: true }).waitFor();
}

/** How often a page has loaded a document since this was called. */
export function loadsOf(page: Page): () => number {
  let loads = 0;
  page.on('request', (request) => {
    if (request.resourceType() === 'document') loads++;
  });
  return () => loads;
}

/**
 * What keeps people from using a page: what axe-core finds serious, and what has to be moved sideways to be seen, on a desk and on a
 * phone, in light and dark. Pictures of all four are written.
 */
export async function barriersOf(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  // A dialog lies over what is seen, not over the whole page.
  const fullPage = (await page.getByRole('dialog').count()) === 0;
  await page.evaluate(AXE);
  await inEveryLook(page, async (look) => {
    for (const barrier of [...(await axeFinds(page)), ...(await sideways(page))]) found.push(`${look}: ${barrier}`);
    const { width, height } = await page.evaluate(() => ({ width: innerWidth, height: document.documentElement.scrollHeight }));
    const clip = { x: 0, y: 0, width, height: Math.min(height, MOST_PIXELS) };
    await page.screenshot({ path: output(`${name}-${look}.png`), ...(fullPage && { fullPage, clip }) });
  });
  return found;
}

async function axeFinds(page: Page): Promise<string[]> {
  const options: RunOptions = { resultTypes: ['violations'], elementRef: false };
  const { violations } = await page.evaluate(
    (how) => (window as unknown as { axe: { run(how: RunOptions): Promise<AxeResults> } }).axe.run(how),
    options,
  );
  const grave: readonly (ImpactValue | undefined)[] = ['serious', 'critical'];
  return violations
    .filter(({ impact }) => grave.includes(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ html, target, failureSummary }) => `${id}: ${target} ${html}\n${failureSummary}`));
}

/** What is wider than the page. */
export function sideways(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > clientWidth + 1);
    return [`${scrollWidth} px wide: ${wide.map(({ tagName, className }) => `${tagName}.${className}`).join(', ')}`];
  });
}

async function inEveryLook(page: Page, work: (look: string) => Promise<unknown>): Promise<void> {
  for (const { look, size, colorScheme } of LOOKS) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme });
    await drawn(page);
    await work(look);
  }
  await page.setViewportSize(DESK);
  await page.emulateMedia({ colorScheme: null });
}

/** Waits until a page has drawn itself for the size it has by now: some parts are others on a phone. */
function drawn(page: Page): Promise<void> {
  return page.evaluate(() => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));
}

function output(name: string): string {
  mkdirSync(OUTPUT, { recursive: true });
  return join(OUTPUT, name.replaceAll(/[^\w.-]+/g, '-'));
}
