/** What concerns which kind of field; what does not is not asked, and not sent. */
import type { FieldDefinition, Kind } from './types';

export type Property =
  | 'length'
  | 'precision'
  | 'required'
  | 'unique'
  | 'external_id'
  | 'default'
  | 'values'
  | 'refers_to'
  | 'relationship'
  | 'when_deleted'
  | 'format';

const NUMBERS: readonly Property[] = ['precision', 'required', 'default'];
const CONCERNS: { readonly [kind in Kind]: readonly Property[] } = {
  text: ['length', 'required', 'unique', 'external_id', 'default'],
  text_area: ['required', 'default'],
  long_text: ['length'],
  email: ['required', 'unique', 'external_id', 'default'],
  phone: ['required', 'default'],
  url: ['required', 'default'],
  checkbox: ['default'],
  number: [...NUMBERS, 'unique', 'external_id'],
  currency: NUMBERS,
  percent: NUMBERS,
  date: ['required', 'default'],
  date_time: ['required', 'default'],
  time: ['required', 'default'],
  picklist: ['values', 'required'],
  multipicklist: ['values', 'required'],
  lookup: ['refers_to', 'relationship', 'required', 'when_deleted'],
  master_detail: ['refers_to', 'relationship'],
  auto_number: ['format', 'external_id'],
};

export const concerns = (kind: Kind, property: Property): boolean => CONCERNS[kind].includes(property);

/** Kinds that belong together, in the order in which they are offered. */
export const FAMILIES = [
  { family: 'words', kinds: ['text', 'text_area', 'long_text', 'email', 'phone', 'url'] },
  { family: 'choices', kinds: ['picklist', 'multipicklist', 'checkbox'] },
  { family: 'numbers', kinds: ['number', 'currency', 'percent', 'auto_number'] },
  { family: 'times', kinds: ['date', 'date_time', 'time'] },
  { family: 'relations', kinds: ['lookup', 'master_detail'] },
] as const satisfies readonly { family: string; kinds: readonly Kind[] }[];

export const isKind = (kind: string): kind is Kind => Object.hasOwn(CONCERNS, kind);

/** A definition in which every property is, as the form wants it. */
export type WholeDefinition = { [key in keyof FieldDefinition]-?: Exclude<FieldDefinition[key], undefined> };

export const whole = (given: Partial<FieldDefinition> & { kind: Kind }): WholeDefinition => ({
  name: '',
  label: '',
  length: null,
  precision: null,
  scale: null,
  required: false,
  unique: false,
  case_sensitive: false,
  external_id: false,
  default: null,
  help: null,
  values: [],
  restricted: false,
  refers_to: null,
  relationship: null,
  when_deleted: 'clear',
  format: null,
  start: null,
  seen_by: null,
  ...given,
});

/** With what a new field of a kind begins, beside what was said before the kind was chosen. */
export function begun(kind: Kind): Partial<WholeDefinition> {
  if (kind === 'text') return { length: 255 };
  if (kind === 'long_text') return { length: 32_768 };
  if (kind === 'number') return { precision: 18, scale: 0 };
  if (kind === 'currency' || kind === 'percent') return { precision: 18, scale: 2 };
  if (kind === 'auto_number') return { format: '{0000}', start: 1 };
  if (kind === 'picklist' || kind === 'multipicklist') return { restricted: true };
  return {};
}

/** What is sent: what concerns the kind. A text that is empty is none. */
export function sent(made: WholeDefinition): FieldDefinition {
  const { kind } = made;
  const has = (property: Property) => concerns(kind, property);
  const text = (value: string | null | undefined) => (value == null || value.trim() === '' ? null : value);
  const unique = has('unique') && made.unique === true;
  const asked: FieldDefinition = { name: made.name.trim(), label: made.label.trim(), kind, help: text(made.help) };
  if (has('length')) asked.length = made.length ?? null;
  if (has('precision')) Object.assign(asked, { precision: made.precision, scale: made.scale });
  if (has('required')) asked.required = made.required ?? false;
  if (has('unique')) asked.unique = unique;
  if (kind === 'text') asked.case_sensitive = unique && made.case_sensitive === true;
  if (has('external_id')) asked.external_id = made.external_id ?? false;
  // All records would have the same.
  if (has('default')) asked.default = unique ? null : text(made.default);
  if (has('values')) Object.assign(asked, { values: made.values, restricted: made.restricted });
  if (has('refers_to')) Object.assign(asked, { refers_to: text(made.refers_to), relationship: text(made.relationship) });
  if (has('when_deleted')) asked.when_deleted = made.when_deleted ?? 'clear';
  if (has('format')) Object.assign(asked, { format: text(made.format), start: made.start });
  if (made.seen_by != null) asked.seen_by = made.seen_by;
  return asked;
}
