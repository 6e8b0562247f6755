import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDashboard } from '../../scripts/dashboard.js';

const ROOT = join(import.meta.dirname, '../..');

// A clone of its own, in which nothing has been built.
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'sluice-dashboard-'));
  const filter = (path: string) => !relative(ROOT, path).startsWith(join('control', 'dist'));
  for (const folder of ['control', 'router']) cpSync(join(ROOT, folder), join(root, folder), { recursive: true, filter });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
});
afterAll(() => rmSync(root, { recursive: true }));

const source = (name: string) => join(root, 'control/dashboard', name);
const dist = (name: string) => join(root, 'control/dist', name);
// The style first: by their hashes alone either may be.
const assets = () => readdirSync(dist('assets')).sort((a, b) => extname(a).localeCompare(extname(b)));
const page = () => readFileSync(dist('index.html'), 'utf8');
const edit = (name: string, change: (text: string) => string) =>
  writeFileSync(source(name), change(readFileSync(source(name), 'utf8')));

describe('the build of the dashboard', () => {
  it('makes a page of files that it names by their hash, and nothing else', async () => {
    await buildDashboard(root);
    const [css = '', js = ''] = assets();
    expect([css, js]).toEqual([
      expect.stringMatching(/^main-[A-Z0-9]{8}\.css$/),
      expect.stringMatching(/^main-[A-Z0-9]{8}\.js$/),
    ]);
    expect(readdirSync(dist('')).sort()).toEqual(['_headers', 'assets', 'icon.svg', 'index.html']);
    expect(page()).toContain(`<link rel="stylesheet" href="/assets/${css}">`);
    expect(page()).toContain(`<script type="module" src="/assets/${js}"></script>`);
    // Under the policy of the page nothing else would run or show.
    expect(page()).not.toMatch(/<script(?! type="module" src="\/assets\/)|<style|\sstyle=|\son\w+=/);
    expect(readdirSync(join(root, 'control')).filter((name) => name.includes('half'))).toEqual([]);
  });

  it('writes nothing where nothing changed, so that nothing that watches the files wakes up', async () => {
    const times = () =>
      ['_headers', 'index.html', ...assets().map((name) => `assets/${name}`)].map((name) => statSync(dist(name)).mtimeMs);
    const before = times();
    await buildDashboard(root);
    expect(times()).toEqual(before);
  });

  it('drops the files of the page before', async () => {
    const before = assets();
    edit('app.tsx', (text) => text.replace('To the content', 'To what there is'));
    edit('_headers', (text) => text.replace('no-referrer', 'origin'));
    await buildDashboard(root);
    const [css, js = ''] = assets();
    expect([assets().length, css]).toEqual([2, before[0]]);
    expect([before.includes(js), page().includes(js)]).toEqual([false, true]);
    expect(readFileSync(dist('_headers'), 'utf8')).toContain('Referrer-Policy: origin');
  });

  it('says what is wrong with a page that cannot be built, and leaves the one before', async () => {
    const before = [page(), assets()];
    edit('main.tsx', () => 'const = 1;');
    await expect(buildDashboard(root)).rejects.toThrow('control/dashboard/main.tsx:1:6: ERROR: Expected identifier');
    expect([page(), assets()]).toEqual(before);
  });
});
