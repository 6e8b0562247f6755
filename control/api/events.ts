// What happens to a service, as it happens, and what its slots served lately: all that a page needs to show it live.
import { openSocket } from '../durable.ts';
import { newestEntries } from './audit.ts';
import { type Ctx, object } from './call.ts';
import { type Api, EVENTS, endpoint } from './endpoint.ts';
import { ApiProblem } from './errors.ts';
import { eventStream } from './event-stream.ts';
import { listQuery, seriesQuery } from './schemas.ts';
import { eventsAnswer, series } from './series-answers.ts';
import { pointView } from './views.ts';

/** When somebody who was one too many may find a place: streams end after 5 minutes at the latest. */
const RETRY_AFTER_SECONDS = '30';
const STREAM =
  `To whoever accepts it: \`service\` (Service) at once and at each change, \`entry\` (AuditEntry) for each entry of the audit
that the service writes from then on, \`point\` (Point) for what each second that is over added to; a point takes the place of one
with the same \`at\`. A comment every 5 s. Ends after 5 minutes at the latest: connect again.`.replaceAll('\n', ' ');

/** Puts the routes on the API. */
export function addEvents(api: Api): void {
  const read = { method: 'get', role: 'viewer', tag: 'Services' } as const;
  const about = { id: 'getEvents', summary: 'What happened lately, newest first; or what happens, as it does.', stream: STREAM };
  const events = { path: '/v1/services/:service/events', query: listQuery, answer: eventsAnswer };
  endpoint(api, { ...read, ...about, ...events }, async (c, { query: { limit } }) => {
    const service = c.req.param('service') ?? '';
    if (wantsStream(c)) return eventStream(await socketOf(c, service), c.req.raw.signal);
    return { entries: await newestEntries(c, service, limit) };
  });
  const lately = { id: 'getSeries', summary: 'What the slots served in the last minutes, for charts.' };
  const points = { path: '/v1/services/:service/series', query: seriesQuery, answer: series };
  endpoint(api, { ...read, ...lately, ...points }, async (c, { query }) => {
    return { points: (await object(c).series(query)).map(pointView) };
  });
}

function wantsStream(c: Ctx): boolean {
  return c.req.header('accept')?.toLowerCase().includes(EVENTS) ?? false;
}

async function socketOf(c: Ctx, service: string): Promise<WebSocket> {
  const socket = await openSocket(c.env.SERVICE_OBJECT, service);
  if (socket !== null) return socket;
  const detail = `As many as can be look at ${service} already. Try again once one of them has gone.`;
  throw new ApiProblem('too-many-viewers', 503, detail, {}, { 'retry-after': RETRY_AFTER_SECONDS });
}
