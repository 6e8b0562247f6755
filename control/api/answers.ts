// What the API answers of a service and of what happened to it, as zod schemas: the document shows them, the views are typed
// by them, the CLI reads them. Percent, ISO times, plain numbers.
import * as z from 'zod';
import { ROLES } from '../core/access.ts';
import { ACTIONS } from '../core/audit.ts';
import { health, slos } from './health-answers.ts';
import { alertKind, bySlot, percentNumber, time, version } from './parts.ts';
import { plan, release } from './release-answers.ts';

/** An entry of `GET …/deployments`: a change of the split. */
const split = z
  .object({
    kind: z.literal('split'),
    id: z.int(),
    revision: z.int(),
    weights: bySlot(percentNumber),
    active: z.string().nullable(),
    author: z.string(),
    message: z.string(),
    at: time,
  })
  .meta({ id: 'SplitRecord', description: 'A change of the split.' });

/** `GET …/deployments`. */
export const deploymentsAnswer = z.object({ deployments: z.array(z.discriminatedUnion('kind', [version, split])) });

/** `POST …/deployments/lease`. */
export const leaseAnswer = z.object({ lease: z.uuid(), slot: z.string(), until: time });

/** `DELETE …/deployments/lease/{lease}`. */
export const leaseReturnedAnswer = z.object({ released: z.literal(true) });

const slotState = z
  .object({
    version: version.nullable().describe('What is in it; null for an empty slot.'),
    lease: z.object({ until: time, by: z.string() }).nullable(),
    overridden: z
      .object({ requests: z.int(), errors: z.int() })
      .describe('Requests of the last minutes that chose the slot by hand; no evidence.'),
  })
  .meta({ id: 'Slot' });

/** `GET /services/{name}`. */
export const service = z
  .object({
    service: z.string(),
    active: z.string().nullable().describe('The slot that is the truth now; null before a first one is.'),
    previous: z.string().nullable().describe('The slot that a rollback returns to.'),
    split: z.object({
      epoch: z.int(),
      revision: z.int(),
      weights: bySlot(percentNumber),
      salt: z.string(),
      updatedAt: time,
    }),
    slots: bySlot(slotState),
    defaultPlan: z.string(),
    release: release.nullable().describe('The newest release, over or not.'),
    health,
  })
  .meta({ id: 'Service' });

/** `GET /services`. */
export const servicesAnswer = z.object({ services: z.array(service) });

/** `GET …/active-slot`. */
export const activeSlotAnswer = z.object({ active: z.string().nullable() });

/** `PUT …/settings`. */
export const settingsAnswer = z.object({ defaultPlan: z.string() });

/** `POST …/preview`. */
export const previewAnswer = z.object({
  slot: z.string(),
  header: z.string().describe('The request header that carries the token.'),
  token: z.string(),
  query: z.string().describe('What to add to an address of the public route, for browsers.'),
  link: z.string().nullable().describe('The whole address, where the routes of the service name a host.'),
  expiresAt: time,
});

const standing = z
  .object({
    active: z.string().nullable(),
    revision: z.int(),
    weights: bySlot(percentNumber),
    release: z.object({ id: z.int(), state: z.string(), stage: z.int().nullable() }).optional(),
  })
  .meta({ id: 'Standing', description: 'How a service stands.' });

const item = z
  .looseObject({ kind: z.enum(['version', 'lease', 'setting', 'team', 'token', 'person', 'channel', 'preview']) })
  .meta({ id: 'Item', description: 'Anything else that a change is about.' });

const noted = z.union([item, plan, slos, standing]).nullable();

/** An entry of the audit. */
export const auditEntry = z
  .object({
    at: time,
    service: z.string().nullable(),
    actor: z.string().describe('`sluice` for what nobody asked for.'),
    role: z.enum(ROLES).nullable(),
    action: z.enum(ACTIONS),
    what: z.string(),
    reason: z.string().nullable(),
    alert: alertKind.nullable(),
    before: noted,
    after: noted,
    requestId: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' });

/** `GET /audit`. */
export const auditAnswer = z.object({
  entries: z.array(auditEntry),
  nextCursor: z.string().nullable().describe('For the next page, as `cursor`; null on the last one.'),
});
