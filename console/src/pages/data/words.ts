/** Fields, conditions and values in words. */
import { data, t } from '../../catalogue/data';
import { list, number } from '../../catalogue/format';
import { recordNames } from '../../store/data/names.svelte';
import type { Condition, DataField, Operator, Scalar } from '../../store/data/types';
import { line } from '../../text/line';
import { inputOf, periodOf } from './filters';
import { shown } from './values';

/** What a field is called. A reference is shown by the record that it leads to, not by the id that the vendor names it after. */
export const labelOf = ({ label, kind }: DataField): string =>
  line(kind === 'reference' && /\S ID$/.test(label) ? label.slice(0, -3) : label);

/** Times are before and after one another, not less and more. */
const IN_TIME: { [is in Operator]?: 'before' | 'after' | 'until' | 'from' } = {
  less: 'before',
  greater: 'after',
  at_most: 'until',
  at_least: 'from',
};

export function isWord({ kind }: DataField, is: Operator): string {
  const timely = kind === 'date' || kind === 'date_time' || kind === 'time' ? IN_TIME[is] : undefined;
  if (timely !== undefined) return t(`is.${timely}`);
  if (kind === 'multipicklist' && is === 'contains') return t('is.has');
  if (kind === 'multipicklist' && is === 'not_contains') return t('is.has_not');
  return t(`is.${is}`);
}

export function periodWord(literal: string): string {
  const read = periodOf(literal);
  if (read === null) return literal;
  const key = `period.${read.period}`;
  return data.knows(key) ? t(key, { n: read.n }) : literal;
}

export const valueWord = (field: DataField, value: Scalar | undefined): string => shown(field, value, { yes: t('yes'), no: t('no') });

/** `E-mail contains example.com`. */
export function sentenceOf({ field: name, is, value = '', values = [] }: Condition, field: DataField | undefined): string {
  // What an address asks for and nobody sees here is named as the address names it.
  if (field === undefined) return t('chip', { field: name, is: t(`is.${is}`), value: [value, ...values].join(' ') });
  const words = { field: labelOf(field), is: isWord(field, is) };
  const word = (one: string): string =>
    line(inputOf(field, is) === 'record' ? recordNames.of(one, field.refers_to) : valueWord(field, one) || one, 60);
  switch (inputOf(field, is)) {
    case 'none':
      return t('chip.bare', words);
    case 'period':
      return t('chip', { ...words, value: periodWord(value) });
    case 'lines':
    case 'choices':
      // Some ids say no more than their number.
      return t('chip', {
        ...words,
        value: values.length > 4 ? `${list(values.slice(0, 3).map(word))} +${number(values.length - 3)}` : list(values.map(word)),
      });
    default:
      return t('chip', { ...words, value: word(value) });
  }
}
