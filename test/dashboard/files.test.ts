import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

// Built by test/build.ts just before.
const DIST = join(import.meta.dirname, '../../control/dist');

it('the page names files that are there, and holds no code or style itself', () => {
  const html = readFileSync(join(DIST, 'index.html'), 'utf8');
  const named = [...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, name = '']) => name);
  expect(named.length).toBe(3);
  expect(named.filter((name) => !existsSync(join(DIST, name)))).toEqual([]);
  expect(html).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=/);
});

it('no file of the page loads anything from elsewhere', () => {
  const files = readdirSync(DIST, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(html|js|css|svg)$/.test(name));
  expect(files.length).toBe(4);
  const outside = files.flatMap(
    (name) => readFileSync(join(DIST, name), 'utf8').match(/(?:src|href|url\(|import)[="'(:\s]*https?:\/\/[^"')\s]+/g) ?? [],
  );
  expect(outside).toEqual([]);
});
