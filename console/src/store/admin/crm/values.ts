/** The values of a picklist while they are edited. */
import type { ValueDefinition } from './types';

/** How many a picklist can have. */
export const MOST_VALUES = 1_000;
const LONGEST_VALUE = 255;

/** Two values are one when they differ in case alone. */
const folded = (value: string): string => value.trim().toLowerCase();

/** One that is new here may still be written in another way; what records may have cannot. */
export type EditedValue = ValueDefinition & { fresh?: true };

export const freshValue = (value = ''): EditedValue => ({ value, active: true, default: false, fresh: true });

/** What people see of it. */
export const shownAs = ({ value, label }: ValueDefinition): string => (label != null && label !== '' ? label : value);

export interface Pasted {
  values: EditedValue[];
  added: number;
  /** Lines that were there already, or twice. */
  known: string[];
  /** Lines that cannot be values: too long, with a semicolon, or one too many. */
  unfit: string[];
}

/** With the lines of a text as further values: each line one, what is there already is left as it is. */
export function pasted(values: readonly EditedValue[], text: string): Pasted {
  const seen = new Set(values.map(({ value }) => folded(value)));
  const result: Pasted = { values: values.filter(({ value }) => value.trim() !== ''), added: 0, known: [], unfit: [] };
  for (const line of text.split(/[\r\n\t]+/)) {
    const value = line.trim();
    if (value === '') continue;
    if (seen.has(folded(value))) result.known.push(value);
    else if ([...value].length > LONGEST_VALUE || value.includes(';') || result.values.length >= MOST_VALUES) result.unfit.push(value);
    else {
      seen.add(folded(value));
      result.values.push(freshValue(value));
      result.added += 1;
    }
  }
  return result;
}

/** With one at another place. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const next = [...items];
  if (from < 0 || to < 0 || from >= next.length || to >= next.length) return next;
  next.splice(to, 0, ...next.splice(from, 1));
  return next;
}

/** In the order of their labels, as the language has it. */
export const sorted = (values: readonly EditedValue[], locale: string): EditedValue[] => {
  const order = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' });
  return [...values].sort((one, other) => order.compare(shownAs(one), shownAs(other)));
};

/** New records have this one; none: they have none. What cannot be chosen cannot be what they have. */
export const withDefault = (values: readonly EditedValue[], at: number | null): EditedValue[] =>
  values.map((value, other) => ({ ...value, default: other === at, active: other === at ? true : value.active }));

/** It can be chosen, or not any more; then new records have none. */
export const withActive = (values: readonly EditedValue[], at: number, active: boolean): EditedValue[] =>
  values.map((value, other) => (other === at ? { ...value, active, default: active && value.default } : value));

/** It is shown as this text. What is new is stored as it is shown, until somebody writes that it is not. */
export function relabelled(value: EditedValue, text: string): EditedValue {
  if (value.fresh === true && value.value === shownAs(value)) return { ...value, value: text, label: null };
  return { ...value, label: text };
}

/** What is sent: without lines that say nothing, and without labels that say the same as the value. */
export const settled = (values: readonly EditedValue[]): ValueDefinition[] =>
  values
    .filter(({ value, label }) => value.trim() !== '' || (label ?? '').trim() !== '')
    .map(({ label, fresh: _, ...value }) => {
      const trimmed = value.value.trim();
      const shown = (label ?? '').trim();
      if (trimmed === '') return { ...value, value: shown };
      return shown === '' || shown === trimmed ? { ...value, value: trimmed } : { ...value, value: trimmed, label: shown };
    });
