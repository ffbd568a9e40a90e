import { expect, test } from 'vitest';
import { addressOf, pressed, viewOf, type View } from './view';

const read = (address: string) => viewOf(new URLSearchParams(address));

test('a view is its address, and the address the view', () => {
  const views: View[] = [
    { text: '', sort: '', columns: [], filter: { together: 'all', conditions: [] }, deleted: false },
    {
      text: 'Ada & "Lovelace" ليلى',
      sort: '-CreatedDate',
      columns: ['Name', 'Score__c'],
      filter: {
        together: 'any',
        conditions: [
          { field: 'Email', is: 'contains', value: '100% ,;"]&x=y' },
          { field: 'Status', is: 'one_of', values: ['New', 'On Hold, maybe'] },
          { field: 'Phone', is: 'empty' },
          { field: 'CreatedDate', is: 'period', value: 'LAST_N_DAYS:30' },
        ],
      },
      deleted: true,
    },
  ];
  for (const view of views) expect(read(addressOf(view))).toEqual(view);
  expect(addressOf(views[0]!)).toBe('');
});

test('what nobody understands in an address is left out, and the rest counts', () => {
  expect(read('filter=oops').filter.conditions).toEqual([]);
  expect(read('filter={"a":1}').filter.conditions).toEqual([]);
  const conditions = [
    ['Name', 'resembles', 'x'],
    ['Name; DROP', 'equal', 'x'],
    ['Name', 'equal'],
    ['Name', 'equal', 7],
    ['Status', 'one_of'],
    'Name',
    ['Name', 'equal', 'Ada'],
  ];
  expect(read(`filter=${encodeURIComponent(JSON.stringify(conditions))}`).filter.conditions).toEqual([
    { field: 'Name', is: 'equal', value: 'Ada' },
  ]);
  expect(read('sort=Name desc').sort).toBe('');
  expect(read('sort=--Name').sort).toBe('');
  expect(read('columns=Name,,Na me,Name,Email').columns).toEqual(['Name', 'Email']);
  const many = JSON.stringify(Array.from({ length: 100 }, () => ['Name', 'empty']));
  expect(read(`filter=${many}`).filter.conditions).toHaveLength(20);
});

test('the head of a column goes up, down, and back to how it was', () => {
  expect(pressed('', 'Name')).toBe('Name');
  expect(pressed('Name', 'Name')).toBe('-Name');
  expect(pressed('-Name', 'Name')).toBe('');
  expect(pressed('-Name', 'Email')).toBe('Email');
});
