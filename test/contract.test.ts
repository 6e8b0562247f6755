// The document of the API: valid OpenAPI, and a contract that an answer can break.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Document } from '../control/api/document.ts';
import { type Contract, contractOf, shapesOf } from './contract.ts';

const ROOT = join(import.meta.dirname, '..');
let document: Document;
let misfits: Contract;

// Bundled, since Node does not take itty-durable as it is; nothing of an object is called.
beforeAll(async () => {
  const contents = `export { api } from './control/api/app.ts'; export { documentOf } from './control/api/document.ts';`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    external: ['cloudflare:*'],
  });
  const { api, documentOf } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? '')}`);
  document = JSON.parse(JSON.stringify(await documentOf(api)));
  misfits = contractOf(document);
});

describe('the document', () => {
  it('is valid OpenAPI 3.1', async () => {
    expect(document).toMatchObject({ openapi: '3.1.0' });
    expect(await new Validator().validate({ ...document })).toMatchObject({ valid: true });
  });

  it('would be refused, were it not', async () => {
    const broken = structuredClone(document) as { paths: Record<string, Record<string, { responses?: unknown }>> };
    delete broken.paths['/v1/me']?.get?.responses;
    Object.assign(broken.paths['/v1/teams']?.get ?? {}, { parameters: [{ name: 'no place' }] });
    expect(await new Validator().validate(broken)).toMatchObject({ valid: false });
  });

  it('refers to nothing that is not in it', () => {
    const refs = JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g);
    const names = [...new Set([...refs].map(([, path = '']) => path))];
    expect(names.length).toBeGreaterThan(10);
    const at = (path: string) => path.split('/').reduce<unknown>((of, key) => (of as Record<string, unknown>)?.[key], document);
    expect(names.filter((path) => at(path) === undefined)).toEqual([]);
  });

  it('names the license of the package', () => {
    const { license } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(document.info).toMatchObject({ license: { identifier: license } });
  });
});

describe('the contract', () => {
  const me = { name: 'admin', role: 'admin', team: null, services: ['app'] };
  const { services: _, ...without } = me;
  const problem = { type: '/problems/unknown-plan', title: 'Unknown plan', status: 404, detail: 'There is none.' };
  const json = 'application/json';
  const problems = 'application/problem+json';

  it.each<[string, string, string, number, string, unknown, string | null]>([
    ['an answer as written down', 'GET', '/v1/me', 200, json, me, null],
    ['a charset', 'GET', '/v1/me', 200, `${json}; charset=utf-8`, me, null],
    ['a problem as written down', 'GET', '/v1/plans/x', 404, problems, { ...problem, slots: ['blue'] }, null],
    ['a problem of what is no operation', 'GET', '/v1/nothing', 404, problems, problem, null],
    ['text', 'GET', '/docs/style.css', 200, 'text/css', 'a {}', null],
    ['a stream', 'GET', '/v1/services/app/events', 200, 'text/event-stream; charset=utf-8', 'event: x\ndata: {}\n\n', null],
    ['a stream of what has none', 'GET', '/v1/me', 200, 'text/event-stream', '', 'getMe does not answer text/event-stream'],
    ['a field too many', 'GET', '/v1/me', 200, json, { ...me, secret: 'x' }, 'secret'],
    ['a field too many, deep within', 'GET', '/v1/teams', 200, json, { teams: [{ name: 'a', services: [], x: 1 }] }, '/teams/0'],
    ['a field too few', 'GET', '/v1/me', 200, json, without, 'services'],
    ['a field of another type', 'GET', '/v1/me', 200, json, { ...me, name: 7 }, '#/name'],
    ['a value of no such enum', 'GET', '/v1/me', 200, json, { ...me, role: 'king' }, '#/role'],
    ['a status that is not documented', 'GET', '/v1/me', 201, json, me, 'getMe has no answer 201'],
    ['a problem that is not documented', 'GET', '/v1/me', 409, problems, { ...problem, status: 409 }, 'getMe has no answer 409'],
    ['another content type', 'GET', '/v1/me', 200, 'text/html', '<p>', 'getMe does not answer text/html'],
    ['a problem as mere JSON', 'GET', '/v1/plans/x', 404, json, problem, 'getPlan does not answer application/json'],
    ['no content type', 'GET', '/v1/me', 200, '', me, 'getMe does not answer '],
    ['a problem without a type of ours', 'GET', '/v1/plans/x', 404, problems, { ...problem, type: 'about:blank' }, '#/type'],
    ['a problem without a detail', 'GET', '/v1/plans/x', 404, problems, { ...problem, detail: undefined }, 'detail'],
    ['what is no problem, of no operation', 'GET', '/v1/nothing', 404, problems, {}, 'type'],
    ['an answer of what is no operation', 'GET', '/v1/nothing', 200, json, {}, 'no such operation'],
    ['an answer to another method', 'PATCH', '/v1/me', 200, json, me, 'no such operation'],
    ['the closer of two paths', 'DELETE', '/v1/services/app/deployments/lease', 200, json, {}, 'no such operation'],
  ])('%s', async (_name, method, path, status, type, body, wrong) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = new Response(new TextEncoder().encode(text), {
      status,
      headers: type === '' ? {} : { 'content-type': type },
    });
    const lines = await misfits(method, `https://control.example${path}`, response);
    if (wrong === null) expect(lines).toEqual([]);
    else expect(lines.join('\n')).toContain(wrong);
    expect(await response.text()).toBe(text);
  });

  it('does not wait for a stream that goes on', async () => {
    const response = new Response(new ReadableStream(), { headers: { 'content-type': 'text/event-stream' } });
    expect(await misfits('GET', 'https://control.example/v1/services/app/events', response)).toEqual([]);
    expect(response.bodyUsed).toBe(false);
  });

  it('holds values against the shapes of the document', () => {
    const point = { at: '2026-03-01T12:00:00.000Z', seconds: 5, slots: {} };
    const misshapes = shapesOf(document);
    expect(misshapes('Point', point)).toEqual([]);
    expect(misshapes('Point', { ...point, seconds: '5' }).join()).toContain('#/seconds');
    expect(misshapes('Point', { ...point, more: 1 }).join()).toContain('more');
    expect(misshapes('Nothing', point)).not.toEqual([]);
  });
});
