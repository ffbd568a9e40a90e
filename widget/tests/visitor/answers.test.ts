import { expect, it } from 'vitest';
import { answersOf } from '../../src/visitor/answers';
import type { PrechatField } from '../../src/visitor/wire';

const field = (label: string, more: Partial<PrechatField> = {}): PrechatField => ({
  label,
  kind: 'text',
  required: false,
  choices: [],
  is_name: false,
  visible_to_agent: true,
  transcript_fields: [],
  map: [],
  ...more,
});

it('a filled-in form is details, plans of one record each, and the name', () => {
  const find = { entity: 'Contact', field: 'Email', find: true, exact: true, create: true };
  const fields = [
    field('Name', { is_name: true }),
    field('Last name', { map: [{ entity: 'Contact', field: 'LastName', find: false, exact: false, create: true }] }),
    field('E-mail', { map: [find], transcript_fields: ['Email__c'], visible_to_agent: false }),
    field('Order'),
  ];
  expect(answersOf(fields, [' Ana ', 'Silva', 'ana@example.com'])).toEqual({
    name: 'Ana',
    details: [
      { label: 'Last name', value: 'Silva', visible_to_agent: true, transcript_fields: [] },
      { label: 'E-mail', value: 'ana@example.com', visible_to_agent: false, transcript_fields: ['Email__c'] },
      { label: 'Order', value: '', visible_to_agent: true, transcript_fields: [] },
    ],
    entity_plans: [
      {
        entity: 'Contact',
        show: true,
        fields: [
          { field: 'LastName', label: 'Last name', find: false, exact: false, create: true },
          { field: 'Email', label: 'E-mail', find: true, exact: true, create: true },
        ],
      },
    ],
  });
});
