/** What the data page remembers for this browser: the object that was looked at last, and the columns chosen for each. */
import { isRecord, kept } from '../kept';

interface Remembered {
  object: string | null;
  columns: { [object: string]: string[] };
}

const isRemembered = (value: unknown): value is Remembered =>
  isRecord(value) &&
  (value.object === null || typeof value.object === 'string') &&
  isRecord(value.columns) &&
  Object.values(value.columns).every((names) => Array.isArray(names) && names.every((name) => typeof name === 'string'));

const drawer = kept<Remembered>(() => localStorage, 'switchboard.data', { object: null, columns: {} }, isRemembered);

export const lastObject = (): string | null => drawer.read().object;
export const rememberObject = (object: string): void => drawer.write({ ...drawer.read(), object });

export const columnsOf = (object: string): readonly string[] => drawer.read().columns[object] ?? [];
/** None: as usual for the object. */
export function rememberColumns(object: string, columns: readonly string[]): void {
  const before = drawer.read();
  const { [object]: _, ...others } = before.columns;
  drawer.write({ ...before, columns: columns.length === 0 ? others : { ...others, [object]: [...columns] } });
}
