/** The records of an object that are listed now, how many there are, and which of them are picked. */
import { SvelteSet } from 'svelte/reactivity';
import { Paged } from '../paged.svelte';
import { listRows, type Ask } from './requests';
import type { DataRow } from './types';

/** How many come at once. */
const PAGE = 50;

export class RecordList {
  /** Null where counting would take long. */
  total = $state.raw<number | null>(null);
  readonly picked = new SvelteSet<string>();
  readonly page: Paged<DataRow>;

  /** `ask` says what is asked for now. */
  constructor(object: string, ask: () => Ask) {
    this.page = new Paged<DataRow>(
      async (cursor) => {
        const answer = await listRows(object, ask(), cursor, PAGE);
        this.total = answer.total ?? null;
        return answer;
      },
      ({ id }) => id,
    );
  }

  async reload(): Promise<void> {
    this.picked.clear();
    await this.page.reload();
  }

  pick(rows: readonly DataRow[], on: boolean): void {
    for (const { id } of rows) {
      if (on) this.picked.add(id);
      else this.picked.delete(id);
    }
  }

  /** Shows a record as it is now, where it is listed. Whether it still belongs there, the next reading says. */
  take(row: DataRow): void {
    this.page.replace((items) =>
      items.map((item) => (item.id === row.id ? { ...item, ...row, values: { ...item.values, ...row.values } } : item)),
    );
  }

  /** They are not listed any more. */
  drop(ids: readonly string[]): void {
    const gone = new Set(ids);
    const before = this.page.items.length;
    this.page.replace((items) => items.filter(({ id }) => !gone.has(id)));
    for (const id of ids) this.picked.delete(id);
    if (this.total !== null) this.total -= before - this.page.items.length;
  }
}
