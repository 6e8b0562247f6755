// What the API answers of what slots served lately, point by point.
import * as z from 'zod';
import { auditEntry } from './answers.ts';
import { bySlot, time } from './parts.ts';

const milliseconds = z.number().nullable();

const figures = z.object({
  requests: z.int().describe('Without those that chose the slot by hand.'),
  errors: z.int(),
  p50: milliseconds,
  p90: milliseconds,
  p99: milliseconds,
});

/** What slots served over some seconds. */
export const point = z
  .object({
    at: time.describe('When it begins.'),
    seconds: z.number().describe('How long it lasts.'),
    slots: bySlot(figures).describe('Those that had requests; quantiles in ms, null of none.'),
  })
  .meta({ id: 'Point', description: 'What slots served over some seconds.' });

/** `GET …/series`. */
export const series = z
  .object({ points: z.array(point).describe('Oldest first; no two overlap.') })
  .meta({ id: 'Series', description: 'For charts: what was kept in memory alone may be coarser, or missing, after a restart.' });

/** `GET …/events` as JSON. */
export const eventsAnswer = z.object({ entries: z.array(auditEntry) });
