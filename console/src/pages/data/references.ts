/** Records that a reference may lead to, found by typing. */
import { listRows } from '../../store/data/requests';
import { recordNames } from '../../store/data/names.svelte';
import { line } from '../../text/line';

/** How many of each object. */
const MOST = 10;

/** A search among some objects; those that may not be seen bring nothing. */
export const findFor = (objects: readonly string[]) => async (text: string) => {
  const ask = { columns: [], filter: { together: 'all' as const, conditions: [] }, text, sort: '' };
  const found = await Promise.all(
    objects.map((object) =>
      listRows(object, ask, undefined, MOST).then(
        ({ items }) => items.map(({ id, name }) => ({ id, name, object })),
        () => [],
      ),
    ),
  );
  for (const { id, name } of found.flat()) recordNames.note(id, name);
  return found.flat().map(({ id, name, object }) => ({
    value: id,
    label: line(name) || id,
    ...(objects.length > 1 ? { note: object } : {}),
  }));
};
