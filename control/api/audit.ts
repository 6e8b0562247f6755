// The API of the audit: every write, newest first, from the logs of all services and of the registry. Read only.
import { services } from '../../router/services.ts';
import type { AuditQuery, Logged } from '../audit-log.ts';
import { base64url } from '../base64.ts';
import { isOwner } from '../core/access.ts';
import { objectOf } from '../ingest.ts';
import { registryOf } from '../registry.ts';
import { auditAnswer } from './answers.ts';
import { type Ctx, reached, servicesFor } from './call.ts';
import { type Api, endpoint, plain } from './endpoint.ts';
import { ApiProblem } from './errors.ts';
import { auditExportQuery, auditQuery } from './schemas.ts';
import { auditView } from './views.ts';

const tag = 'Audit';
const EXPORT_PAGE = 500;
/** The log of what belongs to no service comes first of those that wrote at one instant. */
const REGISTRY = '';

type Filter = Omit<AuditQuery, 'limit' | 'before' | 'services' | 'team'> & { readonly service?: string | undefined };

/** Where a page ends: its last entry. */
interface Cursor {
  readonly at: number;
  readonly log: string;
  readonly id: number;
}

/** An entry, and the log it is from. */
interface Found {
  readonly log: string;
  readonly entry: Logged;
}

/** Puts the routes on the API. */
export function addAudit(api: Api): void {
  const get = { id: 'listAudit', summary: 'Who did what, when and why; newest first.', query: auditQuery, answer: auditAnswer };
  endpoint(api, { method: 'get', path: '/v1/audit', role: 'viewer', tag, problems: [404], ...get }, async (c, { query }) => {
    const { limit, cursor, ...filter } = query;
    const behind = cursor === undefined ? undefined : cursorOf(cursor);
    seen(c, filter);
    const found = await pageOf(c, filter, limit + 1, behind);
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    return { entries: page.map(({ entry }) => auditView(entry)), nextCursor: last === undefined ? null : textOf(last) };
  });
  const all = { id: 'exportAudit', summary: 'The same as JSON lines, all of it.', query: auditExportQuery, tag };
  plain(api, { path: '/v1/audit/export', type: 'application/x-ndjson', role: 'viewer', problems: [404], ...all }, (c, query) => {
    // Once the stream has begun, it is too late to refuse.
    seen(c, query);
    return streamOf(linesOf(c, query));
  });
}

/** The newest entries about a service that the caller reaches, the newest first. */
export async function newestEntries(c: Ctx, service: string, limit: number): Promise<ReturnType<typeof auditView>[]> {
  return (await pageOf(c, { service }, limit, undefined)).map(({ entry }) => auditView(entry));
}

/** Lets those through who may see what is asked for. @throws ApiProblem */
function seen(c: Ctx, { service }: Filter): void {
  if (service !== undefined) reached(c.get('actor'), service);
}

/** The newest entries behind a cursor, of every log the caller may see. */
async function pageOf(c: Ctx, filter: Filter, limit: number, cursor: Cursor | undefined): Promise<Found[]> {
  const { service, ...rest } = filter;
  const actor = c.get('actor');
  const names = service === undefined ? servicesFor(actor) : [service];
  const query = (log: string): AuditQuery => ({ ...rest, limit, ...(cursor && { before: beforeIn(log, cursor) }) });
  // Owners see all; a team sees what is its own, and what is about plans; `-` is no team's name.
  const all = service === undefined && isOwner(actor);
  const visible = all ? {} : { services: names, ...(service === undefined && { team: actor.team ?? '-' }) };
  const shared = registryOf(c.env).audit({ ...query(REGISTRY), ...visible });
  const logs = [
    shared.then((entries) => entries.map((entry) => ({ log: REGISTRY, entry }))),
    ...names.map(async (log) => (await objectOf(c.env, log).audit(query(log))).map((entry) => ({ log, entry }))),
  ];
  return (await Promise.all(logs)).flat().sort(inOrder).slice(0, limit);
}

function inOrder(a: Found, b: Found): number {
  if (a.entry.at !== b.entry.at) return b.entry.at - a.entry.at;
  if (a.log !== b.log) return a.log < b.log ? -1 : 1;
  return b.entry.id - a.entry.id;
}

// Of the entries of the cursor's instant, those of earlier logs were shown, and those of later ones were not.
function beforeIn(log: string, { at, log: last, id }: Cursor): { at: number; id: number } {
  if (log === last) return { at, id };
  return { at, id: log > last ? Number.MAX_SAFE_INTEGER : 0 };
}

function textOf({ log, entry: { at, id } }: Found): string {
  return base64url(JSON.stringify([at, log, id]));
}

function cursorOf(text: string): Cursor {
  try {
    const [at, log, id] = JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/')));
    const isLog = log === REGISTRY || services.some(({ name }) => name === log);
    if (Number.isSafeInteger(at) && isLog && Number.isSafeInteger(id)) return { at, log, id };
  } catch {
    // Told below.
  }
  throw new ApiProblem('malformed', 400, 'cursor: must be a nextCursor of an earlier page.');
}

async function* linesOf(c: Ctx, filter: Filter): AsyncGenerator<string> {
  for (let cursor: Cursor | undefined, more = true; more; ) {
    const page = await pageOf(c, filter, EXPORT_PAGE, cursor);
    for (const { entry } of page) yield `${JSON.stringify(auditView(entry))}\n`;
    const last = page.at(-1);
    more = page.length === EXPORT_PAGE && last !== undefined;
    if (last !== undefined) cursor = { at: last.entry.at, log: last.log, id: last.entry.id };
  }
}

function streamOf(lines: AsyncGenerator<string>): ReadableStream {
  const utf8 = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(utf8.encode(value));
    },
  });
}
