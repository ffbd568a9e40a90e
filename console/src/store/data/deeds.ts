/** Deleting and restoring, of one record or many: what failed is told, what was done can be taken back. */
import { refusalFrom, type Refusal } from '../../api/problem';
import { deleteRow, restoreRow } from './requests';

export interface Done {
  /** Those that it was done to. */
  ids: string[];
  failed: number;
  /** Why the first of the others was not. */
  why: Refusal | null;
}

/** One after the other: the server is not flooded, and what a record takes with it is not asked for twice at once. */
async function each(ids: readonly string[], deed: (id: string) => Promise<unknown>): Promise<Done> {
  const done: Done = { ids: [], failed: 0, why: null };
  for (const id of ids) {
    try {
      await deed(id);
      done.ids.push(id);
    } catch (thrown) {
      const refusal = refusalFrom(thrown);
      done.failed += 1;
      done.why ??= refusal;
      // Without a connection or a sign-in the rest would fail as well.
      if (refusal.status === 0 || refusal.signedOut) {
        done.failed = ids.length - done.ids.length;
        break;
      }
    }
  }
  return done;
}

export const deleteRows = (object: string, ids: readonly string[]): Promise<Done> => each(ids, (id) => deleteRow(object, id));
export const restoreRows = (object: string, ids: readonly string[]): Promise<Done> => each(ids, (id) => restoreRow(object, id));
