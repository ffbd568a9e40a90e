import { expect, test } from 'vitest';
import type { DataField, Kind } from '../../store/data/types';
import { asked, begun, inputOf, literalOf, operatorsOf, periodOf, PERIODS } from './filters';
import { complete } from './view';

const field = (kind: Kind): DataField => ({
  name: 'F__c',
  label: 'F',
  kind,
  length: null,
  required: false,
  can_create: true,
  can_update: true,
  filterable: true,
  sortable: true,
  choices: [],
  refers_to: [],
  default: null,
  help: null,
});
const KINDS: Kind[] = [
  'text',
  'text_area',
  'email',
  'phone',
  'url',
  'checkbox',
  'number',
  'currency',
  'percent',
  'date',
  'date_time',
  'time',
  'picklist',
  'multipicklist',
  'reference',
  'id',
  'file',
  'other',
];

test.each(KINDS)(
  'a question about a field of kind %s begins with one of its operators, and only that it is empty needs no answer',
  (kind) => {
    const of = field(kind);
    const first = begun(of);
    expect(operatorsOf(of)).toContain(first.is);
    for (const is of operatorsOf(of)) {
      const question = asked(first, of, is);
      const input = inputOf(of, is);
      expect(input === 'none').toBe(is === 'empty' || is === 'not_empty');
      // What has a first choice of its own is answered by it; everything else waits for somebody.
      expect(complete(question)).toBe(['none', 'yes_no', 'period'].includes(input));
    }
  },
);

test('another operator keeps what was said while it means the same', () => {
  const name = field('text');
  expect(asked({ field: 'F__c', is: 'contains', value: 'Ada' }, name, 'starts_with')).toEqual({
    field: 'F__c',
    is: 'starts_with',
    value: 'Ada',
  });
  expect(asked({ field: 'F__c', is: 'contains', value: 'Ada' }, name, 'one_of')).toEqual({ field: 'F__c', is: 'one_of', values: [] });
  expect(asked({ field: 'F__c', is: 'contains', value: 'Ada' }, name, 'empty')).toEqual({ field: 'F__c', is: 'empty' });
  // The name of a record that is referred to is no id of one.
  expect(asked({ field: 'F__c', is: 'contains', value: 'Ada' }, field('reference'), 'equal')).toEqual({
    field: 'F__c',
    is: 'equal',
    value: '',
  });
  expect(asked({ field: 'Other', is: 'contains', value: 'Ada' }, name, 'equal')).toEqual({ field: 'F__c', is: 'equal', value: '' });
});

test('periods are read as they are written', () => {
  for (const period of PERIODS) expect(periodOf(literalOf(period, 3))).toEqual({ period, n: period.includes('_N_') ? 3 : 1 });
  expect(periodOf('LAST_N_DAYS:-4')).toEqual({ period: 'LAST_N_DAYS', n: 1 });
  expect(periodOf('WHENEVER')).toBeNull();
});
