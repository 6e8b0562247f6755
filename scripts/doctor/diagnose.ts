// All checks, in the order in which they are printed. Pure.
import { checkControlBinding, checkKv, checkNames, checkSlotBindings } from './check-bindings.ts';
import { checkCrons, checkObjects } from './check-control.ts';
import {
  checkAccess,
  checkBadTokens,
  checkCache,
  checkLocalSettings,
  checkOverride,
  checkRequestSignal,
  checkRoutes,
} from './check-exposure.ts';
import {
  checkCacheInFront,
  checkControl,
  checkDashboard,
  checkDefaultPlan,
  checkDefaultSlot,
  checkDevToken,
  checkOpenOverride,
} from './check-live.ts';
import { checkSlotParity } from './check-parity.ts';
import { checkPlatform } from './check-platform.ts';
import { checkSlotAddresses, checkSlotObjects, checkSlotTriggers } from './check-slots.ts';
import type { Finding } from './finding.ts';
import type { Gathered } from './gathered.ts';

/** Findings on one part of the project. */
export interface Group {
  readonly title: string;
  readonly findings: readonly Finding[];
}

const GROUPS: readonly (readonly [title: string, checks: readonly ((gathered: Gathered) => Finding[])[]])[] = [
  ['Names and bindings', [checkNames, checkSlotBindings, checkControlBinding, checkKv]],
  [
    'Router and control',
    [
      ...[checkObjects, checkCrons, checkRoutes, checkCache, checkRequestSignal],
      ...[checkOverride, checkLocalSettings, checkAccess, checkBadTokens],
    ],
  ],
  ['Slots', [checkSlotTriggers, checkSlotObjects, checkSlotAddresses, checkSlotParity]],
  ['Control, as it answers', [checkControl, checkDefaultSlot, checkDefaultPlan, checkDevToken, checkDashboard]],
  ['Public route, as it answers', [checkOpenOverride, checkCacheInFront]],
  ['What is deployed', [checkPlatform]],
];

/** Runs every check; each gives at least one finding. */
export function diagnose(gathered: Gathered): Group[] {
  return GROUPS.map(([title, checks]) => ({ title, findings: checks.flatMap((check) => check(gathered)) }));
}
