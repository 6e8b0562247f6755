import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const DIST = join(ROOT, 'control/dist');
/** Of all that a browser loads, gzipped: on a phone in a tunnel, too, the page is there within seconds. */
const MAX_BYTES = 120 * 1024;

beforeAll(() => {
  execFileSync(process.execPath, ['scripts/dashboard.js'], { cwd: ROOT });
});

const files = () =>
  readdirSync(DIST, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.\w+$/.test(name))
    .map((name) => ({ name, bytes: readFileSync(join(DIST, name)) }));

it('is under 120 KB gzipped in all', () => {
  const sizes = files().map(({ name, bytes }) => [name, gzipSync(bytes).byteLength] as const);
  expect(sizes.length).toBeGreaterThan(3);
  const sum = sizes.reduce((bytes, [, size]) => bytes + size, 0);
  expect(sum, JSON.stringify(sizes)).toBeLessThan(MAX_BYTES);
});

it('is one page that names files which are there, and holds no code or style itself', () => {
  const html = readFileSync(join(DIST, 'index.html'), 'utf8');
  const named = [...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, name]) => name);
  expect(named.length).toBe(3);
  const names = files().map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(named));
  expect(html).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=/);
});

it('names no address elsewhere, from which something would be loaded', () => {
  const outside = files().flatMap(
    ({ bytes }) => bytes.toString('utf8').match(/(?:src|href|url\(|import)[="'( ]*https?:\/\/[^"')\s]+/g) ?? [],
  );
  expect(outside).toEqual([]);
});
