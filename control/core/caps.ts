// Between `ingest` and `evaluate`: how many bad requests of one visitor and of one network count. Pure.
// Tests take bad requests for independent; one crawler that retries a broken URL all night is one opinion, not a thousand.
// Tables never go blind: a full one forgets whom it has not met for longest, and who has sent nothing bad for a while may be
// counted again. Copied on write, in shards, so that a second costs no more than what it brings.
import type { BadBy } from '../../router/report.ts';
import type { Slo } from './slo.ts';

/** Entries of each of the two generations of a table. */
const GENERATION = 5_000;
const SHARDS = 64;
/** Who sends nothing bad for one to two such spans is forgotten: regular visitors have a say again, an endless retry has not. */
const SPAN_MS = 900_000;

type Shards = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Hash → how many of its bad requests have counted. */
export interface Table {
  readonly fresh: Shards;
  readonly freshSize: number;
  readonly old: Shards;
}

/** Who has been charged with bad requests of one SLI, in one watch. */
export interface Caps {
  readonly visitors: Table;
  readonly networks: Table;
  /** Bad requests that counted as good. */
  readonly swallowed: number;
  /** A table was full and has forgotten somebody. */
  readonly forgot: boolean;
  /** The span of the clock in which the fresh generation of both tables began, counted since 1970. */
  readonly span: number;
}

const EMPTY: Table = { fresh: {}, freshSize: 0, old: {} };

/** Nobody has been charged. */
export const NO_CAPS: Caps = { visitors: EMPTY, networks: EMPTY, swallowed: 0, forgot: false, span: 0 };

/** Only how many were swallowed, not whose. */
export function withoutNames(caps: Caps): Caps {
  return { ...caps, visitors: EMPTY, networks: EMPTY };
}

/**
 * Charges bad requests to those who sent them.
 * @param by who sent them; where nobody noted it, each counts
 * @param now ms
 * @returns how many count
 */
export function charge(
  before: Caps,
  count: number,
  by: BadBy | undefined,
  limits: Pick<Slo, 'perVisitorCap' | 'perNetworkCap'>,
  now: number,
): { readonly caps: Caps; readonly counted: number } {
  if (count === 0 || by === undefined) return { caps: before, counted: count };
  let caps = aged(before, now);
  let counted = 0;
  for (let i = 0; i < by.length; i += 3) {
    const [visitor = 0, network = 0, bad = 0] = [by[i], by[i + 1], by[i + 2]];
    const room = Math.min(
      limits.perVisitorCap - countOf(caps.visitors, visitor),
      network === 0 || limits.perNetworkCap === 'off' ? bad : limits.perNetworkCap - countOf(caps.networks, network),
    );
    const taken = Math.min(Math.max(room, 0), bad);
    counted += taken;
    caps = charged(caps, visitor, network, taken, bad - taken);
  }
  return { caps, counted };
}

// Whoever has not been met in the generation that ends is left behind with the one before.
function aged(caps: Caps, now: number): Caps {
  const span = Math.floor(now / SPAN_MS);
  if (span <= caps.span) return caps;
  const older = ({ fresh }: Table): Table => ({ fresh: {}, freshSize: 0, old: span === caps.span + 1 ? fresh : {} });
  return { ...caps, visitors: older(caps.visitors), networks: older(caps.networks), span };
}

// Whom a cap holds back is remembered as long as he goes on.
function charged(caps: Caps, visitor: number, network: number, taken: number, swallowed: number): Caps {
  const visitors = put(caps.visitors, visitor, taken);
  const networks = network === 0 ? caps.networks : put(caps.networks, network, taken);
  const forgot = caps.forgot || forgets(caps.visitors, visitors) || forgets(caps.networks, networks);
  return { ...caps, visitors, networks, swallowed: caps.swallowed + swallowed, forgot };
}

function countOf({ fresh, old }: Table, hash: number): number {
  const [shard, key] = placeOf(hash);
  return fresh[shard]?.[key] ?? old[shard]?.[key] ?? 0;
}

function put(table: Table, hash: number, more: number): Table {
  const [shard, key] = placeOf(hash);
  const known = table.fresh[shard]?.[key];
  const count = countOf(table, hash) + more;
  // Who has added nothing, as those whom only their network holds back, takes no room.
  if (more === 0 && (known !== undefined || count === 0)) return table;
  if (known === undefined && table.freshSize >= GENERATION)
    return { fresh: { [shard]: { [key]: count } }, freshSize: 1, old: table.fresh };
  const fresh = { ...table.fresh, [shard]: { ...table.fresh[shard], [key]: count } };
  return { ...table, fresh, freshSize: table.freshSize + (known === undefined ? 1 : 0) };
}

// The older generation is gone once the fresh one has taken its place.
function forgets(before: Table, after: Table): boolean {
  return after.old !== before.old && Object.keys(before.old).length > 0;
}

function placeOf(hash: number): [shard: string, key: string] {
  return [String(hash % SHARDS), hash.toString(36)];
}
