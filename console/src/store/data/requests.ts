/** Requests of the data API: records of the CRM with the rights of whoever is signed in. */
import { call, under } from '../../api/client';
import { refusalOf } from '../../api/problem';
import { api, BASE, session } from '../session.svelte';
import type { DataObject, DataRow, DataRows, Filter, ObjectPage } from './types';

/** What a list of records is asked for with. */
export interface Ask {
  columns: readonly string[];
  filter: Filter;
  text: string;
  sort: string;
  deleted?: boolean;
}

function queryOf({ columns, filter, text, sort, deleted = false }: Ask) {
  return {
    columns: columns.length === 0 ? undefined : columns.join(','),
    filter: filter.conditions.length === 0 ? undefined : JSON.stringify(filter),
    text: text.trim() || undefined,
    sort: sort || undefined,
    deleted: deleted || undefined,
  };
}

export const readObjects = async (): Promise<readonly DataObject[]> => (await call(api.GET('/crm/objects'))).items;
export const readObject = (object: string): Promise<ObjectPage> => call(api.GET('/crm/objects/{object}', { params: { path: { object } } }));
export const listRows = (object: string, ask: Ask, cursor: string | undefined, limit: number): Promise<DataRows> =>
  call(api.GET('/crm/objects/{object}/records', { params: { path: { object }, query: { ...queryOf(ask), cursor, limit } } }));

const at = (object: string, id: string) => ({ path: { object, id } });
export const readRow = (object: string, id: string): Promise<DataRow> =>
  call(api.GET('/crm/objects/{object}/records/{id}', { params: at(object, id) }));

/** Values as people write them; null for none. */
export type Said = { name: string; value: string | null }[];
/** Under a key of the form's: sent twice, it is one record. */
export const makeRow = (object: string, fields: Said, key: string): Promise<DataRow> =>
  call(api.POST('/crm/objects/{object}/records', { params: { path: { object } }, body: { fields }, ...under(key) }));
/** Refused with `wrong_state` where somebody else changed it after `changedAt`. */
export const changeRow = (object: string, id: string, fields: Said, changedAt: string | null | undefined): Promise<DataRow> =>
  call(api.PATCH('/crm/objects/{object}/records/{id}', { params: at(object, id), body: { fields, changed_at: changedAt ?? undefined } }));
export const deleteRow = async (object: string, id: string): Promise<void> =>
  void (await call(api.DELETE('/crm/objects/{object}/records/{id}', { params: at(object, id) })));
export const restoreRow = (object: string, id: string): Promise<DataRow> =>
  call(api.POST('/crm/objects/{object}/records/{id}/restore', { params: at(object, id) }));

/**
 * Puts what is asked for into the browser's downloads.
 *
 * A link cannot carry the sign-in, so the answer is read here; as a blob, which browsers keep in a file once it is large. An export that is cut
 * short is no download at all, rather than half of one.
 */
export async function exportRows(object: string, ask: Ask, format: 'csv' | 'json', name: string): Promise<void> {
  const query = new URLSearchParams({ format });
  for (const [key, value] of Object.entries(queryOf(ask))) if (value !== undefined) query.set(key, String(value));
  const response = await fetch(`${BASE}/crm/objects/${encodeURIComponent(object)}/export?${query}`, {
    headers: { Authorization: `Bearer ${session.held?.token ?? ''}` },
    cache: 'no-store',
    credentials: 'omit',
  });
  if (!response.ok) {
    const refusal = refusalOf(response, await response.json().catch(() => null));
    if (refusal.signedOut && session.held !== null) session.lost(session.held.token);
    throw refusal;
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = `${name}.${format}`;
  link.click();
  // The browser has begun to save by then; at once would be too early for some.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
