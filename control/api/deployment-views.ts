// Inside → outside: what the API shows of deployments and leases. Pure.
import type { z } from 'zod';
import type { Lease } from '../core/lease.ts';
import type { Deployment, SplitRecord } from '../core/service.ts';
import type { version } from './parts.ts';
import { iso, percents } from './units.ts';

/** An entry of `GET …/deployments`: a version that was put into a slot. */
export function deploymentView({ at, ...deployment }: Deployment): z.infer<typeof version> {
  return { kind: 'version' as const, ...deployment, at: iso(at) };
}

/** The version in a slot, `null` for none. */
export function versionView(deployment: Deployment | undefined) {
  return deployment === undefined ? null : deploymentView(deployment);
}

/** An entry of `GET …/deployments`: a change of the split. */
export function splitView({ at, weights: shares, ...record }: SplitRecord) {
  return { kind: 'split' as const, ...record, weights: percents(shares), at: iso(at) };
}

/** The lease of a slot, `null` for none. */
export function leaseView(lease: Lease | undefined) {
  return lease === undefined ? null : { until: iso(lease.until), by: lease.by };
}
