import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bearer, exit, freePort, killAll, processesOf, start, started } from './local.ts';

afterEach(killAll);

describe('npm run dev', () => {
  it('says how to go on, and ends every process with exit code 0 on SIGTERM', async () => {
    const dev = await started();
    expect(dev.output()).toContain(dev.router);
    expect(dev.output()).toContain('admin token: sluice-dev');
    expect(dev.output()).toContain(`dashboard  ${dev.control}/\n`);
    for (const path of ['/', '/services/app']) {
      const page = await fetch(dev.control + path, { headers: { accept: 'text/html' } });
      expect([page.status, await page.text()]).toEqual([200, expect.stringMatching(/src="\/assets\/main-[A-Z0-9]{8}\.js"/)]);
    }
    const curls = dev.output().match(/^ {2}curl .*/gm) ?? [];
    expect(curls).toHaveLength(3);
    const hasCurl = spawnSync('curl', ['--version']).status === 0;
    for (const curl of hasCurl ? curls : [])
      expect(execFileSync('sh', ['-c', `${curl} -sf`], { encoding: 'utf8' })).toMatch(/Hello from|"green":10/);
    const thrown = await fetch(dev.router, { headers: { 'x-slot': 'green', 'x-fault': '{"throwRate":1}' } });
    expect([thrown.status, thrown.headers.get('x-slot')]).toEqual([502, 'green']);
    expect(await thrown.json()).toMatchObject({ type: '/problems/slot-unreachable', status: 502 });
    expect(processesOf(dev).length).toBeGreaterThan(0);
    process.kill(-(dev.child.pid ?? 0), 'SIGTERM');
    expect(await exit(dev.child)).toBe(0);
    await vi.waitFor(() => expect(processesOf(dev)).toEqual([]), { timeout: 5000 });
  });

  it('keeps its state over a kill of everything, and leaves no process when only the script is killed', async () => {
    const dev = await started({}, [process.execPath, 'scripts/dev.ts']);
    const body = JSON.stringify({ weights: { green: 33 }, reason: 'kept' });
    expect((await fetch(`${dev.control}/v1/services/app/split`, { method: 'PUT', headers: bearer, body })).status).toBe(200);
    dev.child.kill('SIGKILL');
    await vi.waitFor(() => expect(processesOf(dev)).toEqual([]), { timeout: 10_000 });
    const again = await started({ SLUICE_STATE_DIR: dev.state });
    const view = await (await fetch(`${again.control}/v1/services/app`, { headers: bearer })).json();
    expect(view).toMatchObject({ active: 'blue', split: { revision: 2, weights: { green: 33 } } });
  });

  it('serves on by the last split when control is killed, and has it back by itself', async () => {
    const dev = await started();
    const body = JSON.stringify({ weights: { green: 50 } });
    await fetch(`${dev.control}/v1/services/app/split`, { method: 'PUT', headers: bearer, body });
    const slots = async (visits: number) => {
      const seen = [];
      for (let i = 0; i < visits; i++) seen.push((await fetch(dev.router)).headers.get('x-slot'));
      return seen;
    };
    await vi.waitFor(async () => expect(await slots(20)).toContain('green'), { timeout: 5000 });
    for (const { pid } of processesOf(dev).filter(({ command }) => command.includes('control/wrangler.toml')))
      process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(dev.output()).toContain('control ended by itself'), { timeout: 5000 });
    for (let i = 0; i < 5; i++) {
      expect(new Set(await slots(30))).toEqual(new Set(['blue', 'green']));
      await sleep(500);
    }
    await vi.waitFor(() => expect(dev.output()).toContain('control is back.'), { timeout: 20_000 });
    // By another process: a kept connection of this one would still lead to the control that was killed.
    const call = `fetch(process.argv[1], { method: 'PUT', headers: ${JSON.stringify(bearer)}, body: '{"weights":{"green":100}}' })`;
    const script = `console.log(await (await ${call}).text())`;
    const set = execFileSync(process.execPath, ['--input-type=module', '-e', script, `${dev.control}/v1/services/app/split`]);
    expect(String(set)).toContain('"green":100');
    await vi.waitFor(async () => expect(new Set(await slots(10))).toEqual(new Set(['green'])), { timeout: 10_000 });
  });

  it('comes back after a visitor broke an upload off', async () => {
    const dev = await started();
    await sleep(3000);
    const { hostname, port } = new URL(dev.router);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\naaaaaaaaaa');
    await sleep(50);
    socket.destroy();
    await sleep(1000);
    await vi.waitFor(async () => expect((await fetch(dev.router)).status).toBe(200), { timeout: 20_000 });
  });

  it.each([
    ['SLUICE_ROUTER_PORT', 'eight', 'SLUICE_ROUTER_PORT must be a port from 1 to 65535, not "eight".'],
    ['SLUICE_CONTROL_PORT', '70000', 'SLUICE_CONTROL_PORT must be a port'],
  ])('refuses %s=%s', async (name, value, message) => {
    const dev = await start({ [name]: value });
    expect(await exit(dev.child)).toBe(1);
    expect(dev.output()).toContain(message);
  });

  it('refuses a state folder that another run has', async () => {
    const state = mkdtempSync(join(tmpdir(), 'sluice-dev-'));
    writeFileSync(join(state, 'pid'), String(process.pid));
    const dev = await start({ SLUICE_STATE_DIR: state });
    expect(await exit(dev.child)).toBe(1);
    expect(dev.output()).toContain(`${state} is in use by process ${process.pid}.`);
  });

  it.skipIf(process.platform !== 'linux')(
    'takes the state folder of a run that was killed, also while nobody has reaped it',
    async () => {
      const state = mkdtempSync(join(tmpdir(), 'sluice-dev-'));
      // A shell that became `sleep` never asks after its child; one that is still a shell would.
      const parent = spawn('sh', ['-c', 'cat <&3 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'] });
      const pid = Number(await new Promise((resolve) => parent.stdout?.once('data', resolve)));
      await vi.waitFor(() => expect(readFileSync(`/proc/${parent.pid}/comm`, 'utf8')).toBe('sleep\n'));
      parent.stdio[3]?.destroy();
      await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z '));
      writeFileSync(join(state, 'pid'), String(pid));
      const dev = await started({ SLUICE_STATE_DIR: state });
      expect(dev.output()).toContain('ready');
      parent.kill();
    },
  );

  it('names a port that is taken', async () => {
    const server = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const dev = await start({ SLUICE_ROUTER_PORT: String(port) });
    expect(await exit(dev.child)).toBe(1);
    expect(dev.output()).toContain(`Port ${port} is taken.`);
    server.close();
  });
});
