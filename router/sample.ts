// Of the stage `observe`: the path of a request that went badly, as people may see it. Pure.
// No query; what is long, or looks like the id, number or secret of somebody, is masked before it leaves the isolate.
import { MAX_PATH } from './report.ts';

const MASK = '*';
const LONGEST_SEGMENT = 32;
const LONGEST_WORD = 19;
/** A date has eight. */
const MOST_DIGITS = 8;
const MOST_DIGITS_IN_A_ROW = 4;

/** The path of an absolute URL: telling segments masked, `MAX_PATH` characters at most. */
export function shownPath(url: string): string {
  const bare = url.replace(/[?#].*$/s, '');
  const start = bare.indexOf('/', bare.indexOf('//') + 2);
  const path = start < 0 ? '/' : bare.slice(start);
  const shown = path
    .split('/')
    .map((segment) => (isTelling(segment) ? MASK : segment))
    .join('/');
  return shown.length <= MAX_PATH ? shown : `${shown.slice(0, MAX_PATH - 1)}…`;
}

// Whatever is not of plain words and short numbers: hashes, tokens, ids, e-mail addresses.
function isTelling(segment: string): boolean {
  if (segment.length > LONGEST_SEGMENT || !/^[\w.~-]*$/.test(segment)) return true;
  return digitsOf(segment) > MOST_DIGITS || segment.split(/[-_.~]/).some(isNoWord);
}

function isNoWord(part: string): boolean {
  if (part.length > LONGEST_WORD) return true;
  const digits = digitsOf(part);
  if (digits > MOST_DIGITS_IN_A_ROW) return true;
  // A word may end in a number (`user42`), but not be of hex digits (`abc123`).
  if (digits > 0 && part.length > 5 && (!/^[a-z]+\d+$/i.test(part) || /^[a-f\d]+$/i.test(part))) return true;
  // Capitals side by side with small letters, or all over, as in base64.
  if (part.length > 5 && /[a-z]/.test(part) && /[A-Z]{2}|[A-Z]$/.test(part)) return true;
  return part.length >= 10 && (part.match(/[a-z][A-Z]/g) ?? []).length > part.length / 5;
}

function digitsOf(text: string): number {
  return text.replace(/\D/g, '').length;
}
