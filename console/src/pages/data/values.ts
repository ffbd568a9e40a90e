/** Values of records: as people read them, and as a form holds them (text, as the server reads it from people). Pure but for the language. */
import { speech } from '../../catalogue/catalogue.svelte';
import { dateTime, list, number } from '../../catalogue/format';
import type { DataField, Scalar } from '../../store/data/types';

/** Instants come as the CRM writes them (`…+0000`), which not every browser reads. */
export function instant(text: string): Date | null {
  const at = new Date(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return Number.isNaN(at.getTime()) ? null : at;
}

// A day is that day everywhere, and a time of day has no zone: neither is moved.
const utc = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(speech.locale, { ...options, timeZone: 'UTC' });

export function day(text: string): string {
  const at = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(at.getTime()) ? text : utc({ dateStyle: 'medium' }).format(at);
}

export function timeOfDay(text: string): string {
  const at = new Date(`1970-01-01T${text.replace(/Z$/, '')}Z`);
  return Number.isNaN(at.getTime()) ? text : utc({ timeStyle: 'short' }).format(at);
}

const choice = (field: DataField, value: string): string => field.choices.find((one) => one.value === value)?.label ?? value;

/** The parts of a multiple choice. */
export const several = (text: string): string[] => text.split(';').filter((one) => one !== '');

/** A value in words; empty for nothing. `yes` and `no` are said by whoever shows it. */
export function shown(field: DataField, value: Scalar | undefined, words: { yes: string; no: string }): string {
  if (value === null || value === undefined || value === '') return '';
  // A row says of a file whether there is one.
  if (field.kind === 'file') return value === true ? words.yes : '';
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  switch (field.kind) {
    case 'checkbox':
      return value === 'true' ? words.yes : words.no;
    case 'number':
      return number(Number(value), { maximumFractionDigits: 18 });
    case 'currency':
      return number(Number(value), { minimumFractionDigits: 2, maximumFractionDigits: 18 });
    case 'percent':
      return number(Number(value) / 100, { style: 'percent', maximumFractionDigits: 16 });
    case 'date':
      return day(String(value));
    case 'date_time': {
      const at = instant(String(value));
      return at === null ? String(value) : dateTime(at);
    }
    case 'time':
      return timeOfDay(String(value));
    case 'picklist':
      return choice(field, String(value));
    case 'multipicklist':
      return list(several(String(value)).map((one) => choice(field, one)));
    default:
      return String(value);
  }
}

/** A value as a form holds it. */
export function typed(value: Scalar | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}

/** What a form changed: each field that says something else than before; null for what was emptied. */
export function changes(before: { [field: string]: string }, now: { [field: string]: string }): { name: string; value: string | null }[] {
  return Object.entries(now)
    .filter(([name, value]) => (before[name] ?? '') !== value)
    .map(([name, value]) => ({ name, value: value === '' ? null : value }));
}

const WEB = /^https?:\/\//i;

/** Where a value leads by itself; undefined for nowhere. A record's text is anybody's: no other schemes. */
export function leads({ kind }: DataField, value: Scalar | undefined): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  if (kind === 'url') return WEB.test(value) ? value : undefined;
  if (kind === 'email') return /^[^\s@?&]+@[^\s@?&]+$/.test(value) ? `mailto:${value}` : undefined;
  if (kind === 'phone') return /^[+\d][\d\s().\-/]{2,}$/.test(value) ? `tel:${value.replace(/[^+\d]/g, '')}` : undefined;
  return undefined;
}
