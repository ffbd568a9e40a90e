/** What records are called that are met by id only, as in a filter of an address. Asked for once each. */
import { readRow } from './requests';

class RecordNames {
  #known = $state.raw<ReadonlyMap<string, string>>(new Map());
  #asked = new Set<string>();

  note(id: string, name: string): void {
    if (this.#known.get(id) !== name) this.#known = new Map(this.#known).set(id, name);
  }

  /** Its name; the id until that is known, or where it may not be seen. */
  of(id: string, objects: readonly string[]): string {
    const known = this.#known.get(id);
    if (known === undefined && !this.#asked.has(id)) {
      this.#asked.add(id);
      queueMicrotask(() => void this.#ask(id, objects));
    }
    return known ?? id;
  }

  async #ask(id: string, objects: readonly string[]): Promise<void> {
    for (const object of objects) {
      try {
        const { name } = await readRow(object, id);
        return this.note(id, name);
      } catch {
        // Not one of these, or not to be seen: the next, and else the id stands.
      }
    }
  }
}

export const recordNames = new RecordNames();
