// A slot that is reserved while a version is uploaded into it: nobody else may upload there, and it can get no weight. Pure.

/** A reservation of a slot. */
export interface Lease {
  /** Known to whoever took it. */
  readonly id: string;
  readonly until: number;
  readonly by: string;
}

/** Leases by slot. One that is past its time counts as none. */
export type Leases = Readonly<Record<string, Lease>>;

/** How long an upload may take. */
export const LEASE_SECONDS = 900;

/** The lease of a slot, if it is still good. */
export function leaseOf({ leases }: { readonly leases: Leases }, slot: string, now: number): Lease | undefined {
  const lease = leases[slot];
  return lease !== undefined && lease.until > now ? lease : undefined;
}

/** The slot that was leased under an id, also if the lease is past its time: what was uploaded is in there all the same. */
export function slotLeasedAs({ leases }: { readonly leases: Leases }, id: string): string | undefined {
  return Object.keys(leases).find((slot) => leases[slot]?.id === id);
}

/** All leases but that of `slot`. */
export function withoutLease(leases: Leases, slot: string): Leases {
  return Object.fromEntries(Object.entries(leases).filter(([leased]) => leased !== slot));
}
