// What people should look at, though nothing was rolled back for it. Pure.
import type { Caps } from './caps.ts';
import { isRatioOff } from './ratio.ts';
import type { Watch } from './watch.ts';

/** What an alert is about. */
export type AlertKind = 'both-bad' | 'sample-ratio' | 'capped' | 'table-full' | 'unknown-slot';

/** One alert, as it is shown with the health of a service. */
export interface Alert {
  readonly at: number;
  readonly alert: AlertKind;
  readonly slot: string;
  /** In sentences, with the numbers. */
  readonly what: string;
}

/** Alerts that are kept with a service, the newest last. */
export const KEPT_ALERTS = 20;
/** Bad requests that caps must have swallowed before it is said. */
const MANY_SWALLOWED = 20;

/** What there is to say of a watch that was not said of it before. */
export function alertsOf(watch: Watch): Pick<Alert, 'alert' | 'what'>[] {
  const { slot, caps, ratio } = watch;
  const swallowed = caps.reduce((sum, { swallowed: count }) => sum + count, 0);
  const found: (Pick<Alert, 'alert' | 'what'> | false)[] = [
    swallowed >= MANY_SWALLOWED && {
      alert: 'capped',
      what: `${swallowed} bad requests of visitors and networks that had sent others count as good in the watch of ${slot}.`,
    },
    caps.some(({ forgot }: Caps) => forgot) && {
      alert: 'table-full',
      what: `More visitors sent bad requests in the watch of ${slot} than are remembered; the first ones may count again.`,
    },
    isRatioOff(ratio) && {
      alert: 'sample-ratio',
      what: `${slot} has had ${ratio.candidate} of ${ratio.candidate + ratio.active} visitors, which its weight does not explain. A cache in front of the router, or broken keys of visitors, may be why.`,
    },
  ];
  return found.filter((alert) => alert !== false).filter(({ alert }) => !watch.alerted.includes(alert));
}
