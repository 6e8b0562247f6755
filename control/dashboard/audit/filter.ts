// Which entries of the audit are asked for, and how that stands in an address. Pure.
import { ACTIONS, type Action } from '../../core/audit.ts';

/** Which entries; what is empty does not matter. */
export interface AuditFilter {
  readonly service: string;
  readonly actor: string;
  readonly action: Action | '';
  /** A local time, as an input has it: `2026-03-01T12:00`. */
  readonly since: string;
}

/** All of them. */
export const ALL: AuditFilter = { service: '', actor: '', action: '', since: '' };

/** What the API is asked by. */
export function queryOf({ since, ...filter }: AuditFilter): URLSearchParams {
  const from = new Date(since);
  const at = Number.isNaN(from.getTime()) ? '' : from.toISOString();
  return given({ ...filter, since: at });
}

/** The address of a filter behind the path of the page, `?service=app`; nothing for all entries. */
export function addressOf(filter: AuditFilter): string {
  const text = given({ ...filter }).toString();
  return text === '' ? '' : `?${text}`;
}

/** The filter of an address. */
export function filterOf(address: string): AuditFilter {
  const query = new URLSearchParams(address);
  const { service, actor, since } = Object.fromEntries(query);
  const action = ACTIONS.find((one) => one === query.get('action')) ?? '';
  const isTime = since !== undefined && /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(since);
  return { service: service ?? '', actor: actor ?? '', action, since: isTime ? since : '' };
}

function given(fields: Readonly<Record<string, string>>): URLSearchParams {
  const trimmed = Object.entries(fields).map(([field, text]) => [field, text.trim()]);
  return new URLSearchParams(trimmed.filter(([, text]) => text !== ''));
}
