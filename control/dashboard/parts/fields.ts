// What somebody types into a form, beside what it began with.
import { useState } from 'preact/hooks';

/** The fields of a form. `isDirty`: something was typed. */
export function useFields<T extends object>(begin: () => T) {
  const [begun] = useState(begin);
  const [fields, setFields] = useState(begun);
  const set = (changed: Partial<T>) => setFields((last) => ({ ...last, ...changed }));
  return { begun, fields, set, isDirty: JSON.stringify(fields) !== JSON.stringify(begun) };
}
