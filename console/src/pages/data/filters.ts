/** What can be asked of a field, by its kind. Pure. */
import type { Condition, DataField, Kind, Operator } from '../../store/data/types';

const TEXT: readonly Operator[] = ['contains', 'equal', 'starts_with', 'not_contains', 'not_equal', 'one_of', 'empty', 'not_empty'];
const NUMBER: readonly Operator[] = ['equal', 'not_equal', 'greater', 'at_least', 'less', 'at_most', 'empty', 'not_empty'];
const BY_KIND: Record<Kind, readonly Operator[]> = {
  text: TEXT,
  text_area: TEXT,
  email: TEXT,
  phone: TEXT,
  url: TEXT,
  other: TEXT,
  checkbox: ['equal'],
  number: NUMBER,
  currency: NUMBER,
  percent: NUMBER,
  date: ['period', 'equal', 'less', 'greater', 'at_most', 'at_least', 'empty', 'not_empty'],
  // An instant is never hit exactly.
  date_time: ['period', 'less', 'greater', 'empty', 'not_empty'],
  time: ['equal', 'less', 'greater', 'empty', 'not_empty'],
  picklist: ['one_of', 'not_equal', 'empty', 'not_empty'],
  multipicklist: ['contains', 'not_contains', 'empty', 'not_empty'],
  // What its name contains, or which record exactly.
  reference: ['equal', 'not_equal', 'contains', 'not_contains', 'starts_with', 'empty', 'not_empty'],
  id: ['equal', 'one_of'],
  file: ['empty', 'not_empty'],
};

export const operatorsOf = ({ kind }: DataField): readonly Operator[] => BY_KIND[kind];

/** What a condition is answered with. */
export type Input =
  'none' | 'text' | 'lines' | 'number' | 'date' | 'date_time' | 'time' | 'yes_no' | 'choice' | 'choices' | 'record' | 'period';

export function inputOf({ kind }: DataField, is: Operator): Input {
  if (is === 'empty' || is === 'not_empty') return 'none';
  if (is === 'period') return 'period';
  if (is === 'one_of') return kind === 'picklist' ? 'choices' : 'lines';
  switch (kind) {
    case 'checkbox':
      return 'yes_no';
    case 'number':
    case 'currency':
    case 'percent':
      return 'number';
    case 'date':
    case 'date_time':
    case 'time':
      return kind;
    case 'picklist':
    case 'multipicklist':
      return 'choice';
    case 'reference':
      return is === 'equal' || is === 'not_equal' ? 'record' : 'text';
    default:
      return 'text';
  }
}

/** A question about a field as it begins. */
export function begun(field: DataField): Condition {
  const is = operatorsOf(field)[0]!;
  return asked({ field: field.name, is }, field, is);
}

/** The same question with another operator: what was said stays where it means the same. */
export function asked(before: Condition, field: DataField, is: Operator): Condition {
  const input = inputOf(field, is);
  if (input === 'none') return { field: field.name, is };
  const same = before.field === field.name && inputOf(field, before.is) === input;
  if (input === 'lines' || input === 'choices') return { field: field.name, is, values: same ? (before.values ?? []) : [] };
  const first = input === 'yes_no' ? 'true' : input === 'period' ? 'THIS_WEEK' : '';
  return { field: field.name, is, value: same ? (before.value ?? first) : first };
}

/** Times that move with today, as the server knows them; `n` where a number belongs to it. */
export const PERIODS = [
  'TODAY',
  'YESTERDAY',
  'TOMORROW',
  'THIS_WEEK',
  'LAST_WEEK',
  'NEXT_WEEK',
  'THIS_MONTH',
  'LAST_MONTH',
  'NEXT_MONTH',
  'THIS_QUARTER',
  'LAST_QUARTER',
  'NEXT_QUARTER',
  'THIS_YEAR',
  'LAST_YEAR',
  'NEXT_YEAR',
  'LAST_N_DAYS',
  'NEXT_N_DAYS',
  'LAST_N_WEEKS',
  'NEXT_N_WEEKS',
  'LAST_N_MONTHS',
  'NEXT_N_MONTHS',
] as const;
export type Period = (typeof PERIODS)[number];

export const counted = (period: Period): boolean => period.includes('_N_');

/** `LAST_N_DAYS:30` in its parts; null for what is no period of ours. */
export function periodOf(literal: string): { period: Period; n: number } | null {
  const [word, number] = literal.split(':');
  const period = PERIODS.find((one) => one === word);
  if (period === undefined) return null;
  const n = Number(number ?? 1);
  return { period, n: Number.isInteger(n) && n > 0 && n < 10_000 ? n : 1 };
}

export const literalOf = (period: Period, n: number): string => (counted(period) ? `${period}:${n}` : period);
