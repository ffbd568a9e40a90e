/** What the data API says (`/crm/…`), by the names that the pages use. */
import type { DataFieldKind, DataObjectPage } from '../../api/schema';

export type { DataField, DataObject, DataRow, DataRows } from '../../api/schema';

export type Kind = DataFieldKind;
export type ObjectPage = DataObjectPage;
/** How a filter compares. It goes to the server as a text, so its types say nothing of it. */
export const OPERATORS = [
  'equal',
  'not_equal',
  'contains',
  'not_contains',
  'starts_with',
  'less',
  'greater',
  'at_most',
  'at_least',
  'empty',
  'not_empty',
  'one_of',
  'period',
] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Condition {
  field: string;
  is: Operator;
  value?: string;
  /** Of `one_of`. */
  values?: string[];
}
export interface Filter {
  together: 'all' | 'any';
  conditions: Condition[];
}
/** A value as the server has it. */
export type Scalar = string | number | boolean | null;
