// THE file to edit: which services there are, the routes they own, and the Worker behind each slot.
// Read by the router (routing, stickiness, override policy) and by control (slots, probes).
// `npm run check` and `npm run dev` validate it and name the entry to mend.
import { defineServices } from './config.ts';

export const services = defineServices([
  {
    name: 'app',
    // As Cloudflare's own route patterns: host and path, `*` first in the host and last in the path.
    routes: ['*/*'],
    // Slot → the service binding in wrangler.toml (and in control/wrangler.toml, for probes).
    slots: { blue: 'BLUE', green: 'GREEN' },
    // Serves when no split can be had. Keep it on a slot that works.
    defaultSlot: 'blue',
    // What a visitor is remembered by: first a header, then a cookie of yours, then Sluice's own.
    sticky: { maxAgeSeconds: 31_536_000 },
    // Who may choose a slot with `x-slot`: nobody without a signed token.
    override: 'signed',
    // Fetched from every slot each minute; shown in health, never evidence.
    healthPath: '/',
  },
]);
