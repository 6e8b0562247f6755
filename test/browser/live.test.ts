import { expect, it, vi } from 'vitest';
import { processesOf } from '../flow/local.ts';
import { ADMIN, barriersOf, dashboard, loadsOf, says, splits } from './browser.ts';

// The stream of a service: what happens elsewhere is seen without a reload, and that nothing is heard is said.
const board = dashboard();

const weigh = (green: number) => board.api('PUT', '/services/app/split', { weights: { green } });
const STALE = /Stale since \d\d-\d\d \d\d:\d\d:\d\d/;

it('shows a change of the split that somebody else made, by itself', async () => {
  const page = await board.open('/services/app', { token: ADMIN });
  const loads = loadsOf(page);
  await splits(page, 'blue 100 %');
  await weigh(12.34);
  await splits(page, 'blue 87.66 %, green 12.34 %');
  await page
    .getByRole('status')
    .getByText('The split is blue 87.66 %, green 12.34 % (revision 2).')
    .waitFor({ state: 'attached' });
  expect(await page.getByText(STALE).count()).toBe(0);
  expect(loads()).toBe(0);
});

it('says since when it is stale while nothing is heard, and catches up with what it missed', async () => {
  await weigh(12.34);
  const page = await board.open('/services/app', { token: ADMIN, expected: [/ERR_INTERNET_DISCONNECTED/] });
  await page.clock.install();
  await page.reload();
  const loads = loadsOf(page);
  await splits(page, 'blue 87.66 %, green 12.34 %');
  await page.context().setOffline(true);
  await page.clock.fastForward(13_000);
  await page.getByText(STALE).waitFor();
  await page.clock.fastForward(65_000);
  await page.getByText(/, for 1 min/).waitFor();
  expect(await barriersOf(page, 'stale')).toEqual([]);
  await weigh(23.45);
  await splits(page, 'blue 87.66 %, green 12.34 %');
  await page.context().setOffline(false);
  await splits(page, 'blue 76.55 %, green 23.45 %');
  await page.getByText(STALE).waitFor({ state: 'detached' });
  expect(loads()).toBe(0);
});

it('shows the service to who finds no place among those who look on, and says so', async () => {
  const page = await board.open('/plans', { token: ADMIN, expected: [/status of 503 .*\/events$/] });
  const detail = 'As many as can be look at app already.';
  await page.route('**/v1/services/app/events', (route) =>
    route.fulfill({ status: 503, json: { type: '/problems/too-many-viewers', title: '', status: 503, detail } }),
  );
  await page.goto('/services/app');
  await splits(page, 'blue 76.55 %, green 23.45 %');
  await page.getByRole('status').getByText(detail).waitFor();
  await weigh(24);
  await splits(page, 'blue 76 %, green 24 %');
  await says(page, /Split set to blue 76\s%, green 24\s%/);
  await page.unroute('**/v1/services/app/events');
  await page.getByText(detail).waitFor({ state: 'detached' });
  await weigh(23.45);
  await splits(page, 'blue 76.55 %, green 23.45 %');
});

it('says since when it is stale while control is down, and shows what is so once it is back', async () => {
  await weigh(23.45);
  const page = await board.open('/services/app', { token: ADMIN, expected: [/ERR_(CONNECTION|INCOMPLETE|EMPTY)/] });
  const loads = loadsOf(page);
  await splits(page, 'blue 76.55 %, green 23.45 %');
  const control = processesOf(board.dev).find(({ command }) => command.includes('control/wrangler.toml'));
  if (control === undefined) throw new Error('control does not run');
  process.kill(-control.pid, 'SIGKILL');
  await page.getByText(STALE).waitFor();
  await splits(page, 'blue 76.55 %, green 23.45 %');
  // The local run starts it again.
  await vi.waitFor(() => fetch(`${board.dev.control}/healthz`), { timeout: 30_000, interval: 50 });
  await page.getByText(STALE).waitFor({ state: 'detached' });
  await weigh(34.56);
  await splits(page, 'blue 65.44 %, green 34.56 %');
  expect(loads()).toBe(0);
});
