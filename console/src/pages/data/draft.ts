/** A record while it is edited. */
import { Draft } from '../../store/admin/draft.svelte';
import type { DataField, DataRow } from '../../store/data/types';
import { session } from '../../store/session.svelte';
import { typed } from './values';

export interface Values {
  [field: string]: string;
}

/** What no form asks. */
const UNASKED: readonly string[] = ['id', 'file', 'other'];

/** The fields that may be given: of a new record, or of one that is there. */
export const askedOf = (fields: readonly DataField[], row: DataRow | null): readonly DataField[] =>
  fields.filter(
    ({ kind, can_create, can_update, name }) => !UNASKED.includes(kind) && (row === null ? can_create : can_update && name in row.values),
  );

const begin = (fields: readonly DataField[], row: DataRow | null): Values =>
  Object.fromEntries(
    askedOf(fields, row).map((field) => [field.name, row === null ? (field.default ?? '') : typed(row.values[field.name])]),
  );

export function draftOf(object: string, row: DataRow | null, fields: readonly DataField[]): Draft<Values> {
  return new Draft(`${session.held?.agent ?? ''}/data/${object}/${row?.id ?? 'new'}`, begin(fields, row));
}

/** Whether somebody began to change it here, and left without saving. */
export function begunEarlier(object: string, row: DataRow, fields: readonly DataField[]): boolean {
  const draft = draftOf(object, row, fields);
  return draft.resumed && draft.dirty;
}
