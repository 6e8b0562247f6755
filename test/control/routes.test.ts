// What holds of every operation of the document, so that no new route can be left unguarded.
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, call, freshApp, TOKEN } from './api.ts';
import { documented } from './contract.ts';
import { everything, type Known, operations, pathOf, tokenFor, WRITES, write } from './writes.ts';

/** Those that answer anybody. */
const OPEN = ['getHealthz', 'getDocument', 'getDocs', 'getDocsStyle'];
/** A POST to its path is taken for a verb of a release, of which there is none of this name. */
const TAKEN_FOR_ANOTHER = ['POST /v1/services/app/releases/1/decisions'];

const all = await operations();
const guarded = all.filter(({ role }) => role !== undefined);
const writes = all.filter(({ method }) => method !== 'GET');
const taking = all.filter(({ takesBody }) => takesBody);

/** What was answered, by operation; a problem by its status and type. */
async function answersOf(some: readonly Known[], ask: (operation: Known) => Promise<Answer>) {
  const answers: Record<string, unknown> = {};
  for (const operation of some) answers[operation.id] = shown(await ask(operation));
  return answers;
}

function shown({ status, type, body }: Answer): string {
  if (status < 400) return String(status);
  return type === 'application/problem+json' && status === body.status ? `${status} ${body.type}` : `${status} as ${type}`;
}

function each(some: readonly Known[], answer: string): Record<string, string> {
  return Object.fromEntries(some.map(({ id }) => [id, answer]));
}

describe('the document', () => {
  it('gives each operation a name of its own, a summary, a tag that is explained, and a role or none', async () => {
    const { paths, tags } = await documented();
    const found = Object.values(paths).flatMap((methods) => Object.values(methods));
    expect(found.length).toBeGreaterThan(40);
    expect(new Set(found.map(({ operationId }) => operationId)).size).toBe(found.length);
    const known = tags.map(({ name }) => name);
    const bad = found.filter(({ operationId, summary, tags: own, ...operation }) => {
      const { security, 'x-role': role } = operation as { security?: unknown[]; 'x-role'?: string };
      const isTold = /^[a-z][A-Za-z]+$/.test(operationId) && /^[A-Z].+\.$/.test(summary);
      const isOpen = role === undefined && security?.length === 0;
      const isClosed = ['viewer', 'deployer', 'admin'].includes(role ?? '') && security === undefined;
      return !isTold || own.length !== 1 || !known.includes(own[0] ?? '') || !(isOpen || isClosed);
    });
    expect(bad).toEqual([]);
    expect(known.filter((name) => !found.some(({ tags: own }) => own.includes(name)))).toEqual([]);
  });

  it('asks at least for a deployer where something is written', () => {
    expect(writes.filter(({ role }) => role !== 'deployer' && role !== 'admin')).toEqual([]);
    expect(writes.length).toBeGreaterThan(20);
  });

  it('has a fixture for each write, and none for others', () => {
    expect(Object.keys(WRITES).sort()).toEqual(writes.map(({ id }) => id).sort());
  });
});

describe('every operation', () => {
  const tokens: Record<string, string> = {};
  let before: unknown[];
  const unchanged = async () => expect(await everything()).toEqual(before);

  beforeAll(async () => {
    await freshApp();
    for (const role of ['viewer', 'deployer']) tokens[role] = await tokenFor(role);
  });
  beforeEach(async () => {
    before = await everything();
    expect(before.length).toBeGreaterThan(8);
  });

  it('asks who calls, but the open ones', async () => {
    const answers = await answersOf(all, (operation) => call(operation.method, pathOf(operation), undefined, null));
    const open = all.filter(({ id }) => OPEN.includes(id));
    expect(answers).toEqual({ ...each(all, '401 /problems/unauthorized'), ...each(open, '200') });
    await unchanged();
  });

  it.each<[string, readonly string[]]>([
    ['viewer', ['deployer', 'admin']],
    ['deployer', ['admin']],
  ])('that takes more is closed to a %s', async (role, higher) => {
    const some = guarded.filter((operation) => higher.includes(operation.role ?? ''));
    const answers = await answersOf(some, (operation) => write(operation, tokens[role]));
    expect(answers).toEqual(each(some, '403 /problems/role-too-low'));
    await unchanged();
  });

  it.each<[string, string, (operation: Known) => unknown]>([
    ['no JSON', '400 /problems/malformed', () => '{'],
    ['an array', '400 /problems/malformed', () => '[]'],
    ['null', '400 /problems/malformed', () => 'null'],
    ['a text', '400 /problems/malformed', () => '"green"'],
    ['a field nobody knows', '400 /problems/malformed', ({ id }) => ({ ...WRITES[id]?.body, colour: 'red' })],
    ['a prototype', '400 /problems/malformed', () => '{"__proto__":{}}'],
    ['1.2 MB', '413 /problems/too-large', ({ id }) => JSON.stringify(WRITES[id]?.body ?? {}) + ' '.repeat(1_200_000)],
  ])('that takes a body refuses %s', async (_, refusal, bodyOf) => {
    const answers = await answersOf(taking, (operation) => call(operation.method, pathOf(operation), bodyOf(operation)));
    expect(answers).toEqual(each(taking, refusal));
    await unchanged();
  });

  it('that takes a body refuses another type in each of its fields', async () => {
    const cases = taking.flatMap((operation) => operation.fields.map((field) => ({ operation, field })));
    expect(cases.length).toBeGreaterThan(60);
    const answers: string[] = [];
    for (const { operation, field } of cases) {
      const answer = await call(operation.method, pathOf(operation), { ...WRITES[operation.id]?.body, [field]: [[]] });
      const told = answer.body.errors?.some(({ path }: { path: string }) => path.split('.')[0] === field);
      if (shown(answer) !== '400 /problems/malformed' || !told) answers.push(`${operation.id} ${field}: ${shown(answer)}`);
    }
    expect(answers).toEqual([]);
    await unchanged();
  });

  it('refuses a query that it does not know, but the open ones, which a checker may call with any', async () => {
    const answers = await answersOf(all, (operation) => {
      const body = operation.takesBody ? WRITES[operation.id]?.body : undefined;
      return call(operation.method, `${pathOf(operation)}?colour=red`, body);
    });
    const open = all.filter(({ id }) => OPEN.includes(id));
    expect(answers).toEqual({ ...each(all, '400 /problems/malformed'), ...each(open, '200') });
    await unchanged();
  });

  it('that is of a service says where there is none of the name', async () => {
    const some = all.filter(({ path }) => path.includes('{service}'));
    expect(some.length).toBeGreaterThan(20);
    for (const service of ['nope', 'constructor', 'APP', ' ']) {
      const answers = await answersOf(some, (operation) => write(operation, TOKEN, { service }));
      expect(answers).toEqual(each(some, '404 /problems/unknown-service'));
    }
    await unchanged();
  });

  it('says which methods its path has', async () => {
    const paths = Map.groupBy(all, ({ path }) => path);
    const wrong: string[] = [];
    for (const [path, own] of paths) {
      const known = own.map(({ method }) => method);
      const allow = [...known, ...(known.includes('GET') ? ['HEAD'] : [])].sort().join(', ');
      for (const method of ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS'].filter((one) => !known.includes(one))) {
        const name = `${method} ${pathOf({ path })}`;
        const answer = await call(method, pathOf({ path }));
        const right = TAKEN_FOR_ANOTHER.includes(name)
          ? shown(answer) === '404 /problems/not-found'
          : shown(answer) === '405 /problems/method-not-allowed' && answer.headers.get('allow') === allow;
        if (!right) wrong.push(`${name}: ${shown(answer)}, allow ${answer.headers.get('allow')}`);
      }
    }
    expect(wrong).toEqual([]);
    await unchanged();
  });
});
