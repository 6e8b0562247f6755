import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ADMIN, barriersOf, dashboard } from './browser.ts';

// What is set once and kept: plans, channels, tokens, objectives, by those whose role allows; others read it.
const board = dashboard();

const planOf = (name: string) => board.api('GET', `/plans/${name}`);

it('a plan is made, edited and deleted; what does not fit is said at its field, and nothing typed is lost', async () => {
  const page = await board.open('/plans', { token: ADMIN });
  await page.getByRole('button', { name: 'New plan' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Not A Name');
  await dialog.getByRole('group', { name: 'Stage 1' }).getByLabel('Weight (%)').fill('12.345');
  await dialog.getByRole('button', { name: 'Make the plan' }).click();
  await dialog.getByText('at most two decimals').waitFor();
  await expect.poll(() => dialog.getByLabel('Name').getAttribute('aria-invalid')).toBe('true');
  expect(await barriersOf(page, 'plan-form')).toEqual([]);
  await page.keyboard.press('Escape');
  await dialog.getByText('What you typed is not saved.').waitFor();
  await dialog.getByRole('button', { name: 'Go on editing' }).click();
  await dialog.getByLabel('Name').fill('browsed');
  await dialog.getByRole('group', { name: 'Stage 1' }).getByLabel('Weight (%)').fill('12.34');
  await dialog.getByRole('button', { name: 'Make the plan' }).click();
  await page
    .getByRole('status')
    .getByText(/Plan browsed is set/)
    .waitFor();
  expect((await planOf('browsed')).stages[0]).toMatchObject({ weight: 12.34 });

  await page.getByRole('button', { name: 'Edit browsed' }).click();
  await dialog.getByRole('group', { name: 'Stage 1' }).getByLabel('Weight (%)').fill('15');
  await dialog.getByRole('button', { name: 'Set browsed' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('listitem').filter({ hasText: 'browsed' }).getByText('15 %').first().waitFor();
  expect((await planOf('browsed')).stages[0]).toMatchObject({ weight: 15 });
  expect(await barriersOf(page, 'plans')).toEqual([]);

  await page.getByRole('button', { name: 'Delete browsed' }).click();
  await dialog.getByLabel('Reason').fill('nobody goes by it');
  await dialog.getByRole('button', { name: 'Delete browsed' }).click();
  await page.getByRole('heading', { name: 'browsed', exact: true }).waitFor({ state: 'detached' });
  await expect(planOf('browsed')).rejects.toThrow('404');
  const { entries } = await board.api('GET', '/audit?limit=5');
  expect(entries).toContainEqual(expect.objectContaining({ action: 'plan_deleted', reason: 'nobody goes by it' }));
});

it('a channel is made, with a secret that is shown this once, is tested, and is deleted', async () => {
  const page = await board.open('/channels', { token: ADMIN, expected: [/status of 422/] });
  await page.getByText('Nobody is told of events yet.').waitFor();
  await page.getByRole('button', { name: 'New channel' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Kind').selectOption('webhook');
  await dialog.getByLabel('Name').fill('on-duty');
  await dialog.getByLabel('URL').fill('nowhere');
  await dialog.getByRole('button', { name: 'Make the channel' }).click();
  await expect.poll(() => dialog.getByLabel('URL').getAttribute('aria-invalid')).toBe('true');
  expect(await barriersOf(page, 'channel-form')).toEqual([]);
  await dialog.getByLabel('URL').fill('https://hooks.invalid/a-secret-path');
  await dialog.getByRole('button', { name: 'Make the channel' }).click();
  const made = page.getByRole('dialog', { name: 'The secret of on-duty' });
  const secret = await made.getByLabel('Secret').inputValue();
  expect(secret).toMatch(/^whsec_/);
  await page.keyboard.press('Escape');
  await dialog.getByText('It was not copied yet.').waitFor();
  await dialog.getByRole('button', { name: 'I have it: close' }).click();
  await page.getByRole('heading', { name: 'on-duty', exact: true }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'on-duty', exact: true }).waitFor();
  for (const hidden of [secret, 'a-secret-path']) expect(await page.content()).not.toContain(hidden);
  expect(await barriersOf(page, 'channels')).toEqual([]);

  await page.getByRole('button', { name: 'Test on-duty' }).click();
  await page.getByRole('listitem').filter({ hasText: 'on-duty' }).getByRole('alert').waitFor();
  await page.getByRole('button', { name: 'Delete on-duty' }).click();
  await dialog.getByRole('button', { name: 'Delete on-duty' }).click();
  await page.getByText('Nobody is told of events yet.').waitFor();
  expect(await board.api('GET', '/channels')).toEqual({ channels: [] });
});

it('a token is made, shown once, used, and revoked', async () => {
  const page = await board.open('/tokens', { token: ADMIN });
  await page.getByRole('button', { name: 'New token' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('night shift');
  await dialog.getByLabel('Role').selectOption('deployer');
  await dialog.getByLabel('Good for (days)').fill('1');
  expect(await barriersOf(page, 'token-form')).toEqual([]);
  await dialog.getByRole('button', { name: 'Make the token' }).click();
  await page.getByRole('dialog', { name: 'Token night shift' }).waitFor();
  const token = await dialog.getByLabel('Token').inputValue();
  expect(token).toMatch(/^slu_/);
  expect(await barriersOf(page, 'token-made')).toEqual([]);
  await dialog.getByRole('button', { name: 'I have it: close' }).click();
  const row = page.getByRole('row').filter({ hasText: 'night shift' });
  await row.getByText('deployer').waitFor();
  expect(await page.content()).not.toContain(token);
  expect(await barriersOf(page, 'tokens')).toEqual([]);

  const theirs = await board.open('/services/app', { token, expected: [/status of 401/] });
  await theirs.getByText('token:night shift').waitFor();
  await row.getByRole('button', { name: 'Revoke night shift' }).click();
  await dialog.getByRole('button', { name: 'Revoke night shift' }).click();
  await row.waitFor({ state: 'detached' });
  await theirs.reload();
  await theirs.getByRole('button', { name: 'Sign in' }).waitFor();
});

it('objectives are changed, after it was said what will be set; what does not fit is said, and sent to nobody', async () => {
  const before = await board.api('GET', '/services/app/slos');
  const page = await board.open('/services/app/objectives', { token: ADMIN });
  const objective = page.getByLabel('Failed requests at most');
  await objective.fill('200');
  await page.getByRole('button', { name: 'Set objectives of app' }).click();
  await expect.poll(() => objective.getAttribute('aria-invalid')).toBe('true');
  expect(await board.api('GET', '/services/app/slos')).toEqual(before);
  expect(await barriersOf(page, 'objectives')).toEqual([]);
  await objective.fill('2.5');
  await page.getByRole('region', { name: 'What will be set' }).getByText('2.5 %').waitFor();
  await page.getByLabel('Reason').fill('a busy season');
  await page.getByRole('button', { name: 'Set objectives of app' }).click();
  await page.getByRole('status').getByText('Objectives of app are set.').waitFor();
  expect(await board.api('GET', '/services/app/slos')).toEqual({ ...before, errorObjective: 0.025 });
  expect(await objective.inputValue()).toBe('2.5');
});

it('viewers read all of it, are told what it takes to change it, and are refused if they try all the same', async () => {
  const { token } = await board.api('POST', '/tokens', { name: 'reader', role: 'viewer' });
  const page = await board.open('/plans', { token, expected: [/status of 403/] });
  for (const [path, says] of [
    ['/plans', 'cautious'],
    ['/channels', 'Nobody is told of events yet.'],
    ['/tokens', 'reader'],
    ['/services/app/objectives', 'Default plan'],
  ] as const) {
    await page.goto(path);
    await page.getByRole('main').getByText(says).first().waitFor();
    await page
      .getByText(/takes the role admin; you are viewer/)
      .first()
      .waitFor();
    expect(await page.getByRole('main').getByRole('button').allInnerTexts()).toEqual([]);
  }
  const statuses = await page.evaluate(async () => {
    const headers = { authorization: `Bearer ${Object.values(sessionStorage)[0]}` };
    const tries = [
      ['PUT', '/services/app/slos', { errorObjective: 0.5 }],
      ['PUT', '/plans/mine', { stages: [{ weight: 100, soakSeconds: 0 }] }],
      ['POST', '/tokens', { name: 'mine', role: 'admin' }],
    ] as const;
    const answers = tries.map(([method, path, body]) => fetch(`/v1${path}`, { method, headers, body: JSON.stringify(body) }));
    return (await Promise.all(answers)).map(({ status }) => status);
  });
  expect(statuses).toEqual([403, 403, 403]);
});

it('the audit is narrowed down, and saved as a file', async () => {
  await board.api('POST', '/tokens', { name: 'audited', role: 'viewer', reason: 'for the audit' });
  const page = await board.open('/audit', { token: ADMIN });
  await page.getByText('for the audit').waitFor();
  expect(await barriersOf(page, 'audit')).toEqual([]);
  await page.getByLabel('What').selectOption('slot_activated');
  await page.getByText('for the audit').waitFor({ state: 'detached' });
  await page.getByText('first set-up of the local run').waitFor();
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export as JSON lines' }).click();
  const lines = readFileSync(await (await saved).path(), 'utf8')
    .trim()
    .split('\n');
  expect(lines.map((line) => JSON.parse(line).action)).toEqual(['slot_activated']);
});
