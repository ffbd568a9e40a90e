/**
 * What is looked at, and the address that says so: `?text=ada&sort=-CreatedDate&columns=Name,Email&filter=[["Email","contains","x"]]`.
 *
 * Pure. An address may come from anybody: what is not understood is left out.
 */
import { OPERATORS, type Condition, type Filter, type Operator } from '../../store/data/types';

export interface View {
  text: string;
  /** A field's name, with `-` before it for the other way; empty: as the server has it. */
  sort: string;
  /** Empty: as remembered, or as usual for the object. */
  columns: readonly string[];
  filter: Filter;
  /** The recycle bin. */
  deleted: boolean;
}

/** More is no filter that somebody reads, and no address that every browser takes. */
export const MOST_CONDITIONS = 20;
const MOST_COLUMNS = 50;
const NAME = /^\w{1,80}$/;

const unvalued = (is: Operator): boolean => is === 'empty' || is === 'not_empty';

/** Whether it says something that can be asked for. */
export function complete({ is, value, values }: Condition): boolean {
  if (unvalued(is)) return true;
  return is === 'one_of' ? (values ?? []).length > 0 : (value ?? '') !== '';
}

function condition(read: unknown): Condition | null {
  if (!Array.isArray(read) || !read.every((part) => typeof part === 'string')) return null;
  const [field = '', word, ...said] = read as string[];
  const is = OPERATORS.find((operator) => operator === word);
  if (is === undefined || !NAME.test(field)) return null;
  const made: Condition = unvalued(is)
    ? { field, is }
    : is === 'one_of'
      ? { field, is, values: said }
      : { field, is, value: said[0] ?? '' };
  return complete(made) ? made : null;
}

function conditions(text: string | null): Condition[] {
  if (text === null) return [];
  try {
    const read: unknown = JSON.parse(text);
    if (!Array.isArray(read)) return [];
    return read
      .slice(0, MOST_CONDITIONS)
      .map(condition)
      .filter((one) => one !== null);
  } catch {
    return [];
  }
}

export function viewOf(query: URLSearchParams): View {
  const sort = query.get('sort') ?? '';
  const columns = (query.get('columns') ?? '').split(',').filter((name) => NAME.test(name));
  return {
    text: (query.get('text') ?? '').slice(0, 200),
    sort: NAME.test(sort.replace(/^-/, '')) ? sort : '',
    columns: [...new Set(columns)].slice(0, MOST_COLUMNS),
    filter: { together: query.has('any') ? 'any' : 'all', conditions: conditions(query.get('filter')) },
    deleted: query.has('deleted'),
  };
}

/** The query of an address; empty, or with its question mark. */
export function addressOf({ text, sort, columns, filter, deleted }: View): string {
  const query = new URLSearchParams();
  if (text !== '') query.set('text', text);
  if (sort !== '') query.set('sort', sort);
  if (columns.length > 0) query.set('columns', columns.join(','));
  if (filter.conditions.length > 0) {
    const said = filter.conditions.map(({ field, is, value, values }) => [field, is, ...(values ?? (value === undefined ? [] : [value]))]);
    query.set('filter', JSON.stringify(said));
    if (filter.together === 'any' && said.length > 1) query.set('any', '1');
  }
  if (deleted) query.set('deleted', '1');
  const written = query.toString();
  return written === '' ? '' : `?${written}`;
}

/** The sort after the head of a column was pressed: up, down, as the server has it. */
export function pressed(sort: string, field: string): string {
  if (sort === field) return `-${field}`;
  return sort === `-${field}` ? '' : field;
}
