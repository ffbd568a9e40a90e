/** A list that the server pages and searches. What is asked last is what is shown, in whatever order answers come. */
import { refusalFrom, type Refusal } from '../api/problem';

export interface PageOf<T> {
  items: T[];
  next?: string | null;
}

export class Paged<T> {
  items = $state.raw<readonly T[]>([]);
  /** Where the next page begins; null when there is none. */
  next = $state.raw<string | null>(null);
  loading = $state(false);
  /** Whether any answer came yet: an empty list before that says nothing. */
  known = $state(false);
  refusal = $state.raw<Refusal | null>(null);
  #asked = 0;

  /**
   * `read` asks for the page at `cursor` under the filters of now. In a list by name something that was renamed after it was shown may come
   * again on a later page: with `id` it is shown once, as it was read last.
   */
  constructor(
    private readonly read: (cursor: string | undefined) => Promise<PageOf<T>>,
    private readonly id: (item: T) => unknown = (item) => item,
  ) {}

  /** From the first page: at first, and whenever a filter changed. What is shown stays until the answer comes. */
  async reload(): Promise<void> {
    await this.#ask(undefined, (page) => page.items);
  }

  async more(): Promise<void> {
    if (this.next === null || this.loading) return;
    await this.#ask(this.next, (page) => {
      const came = new Set(page.items.map(this.id));
      return [...this.items.filter((item) => !came.has(this.id(item))), ...page.items];
    });
  }

  /** Shows a change at once, before the server's next answer says the same. */
  replace(change: (items: readonly T[]) => readonly T[]): void {
    this.items = change(this.items);
  }

  async #ask(cursor: string | undefined, take: (page: PageOf<T>) => readonly T[]): Promise<void> {
    this.#asked += 1;
    const turn = this.#asked;
    this.loading = true;
    try {
      const page = await this.read(cursor);
      if (turn !== this.#asked) return;
      this.items = take(page);
      this.next = page.next ?? null;
      this.known = true;
      this.refusal = null;
    } catch (thrown) {
      if (turn === this.#asked) this.refusal = refusalFrom(thrown);
    } finally {
      if (turn === this.#asked) this.loading = false;
    }
  }
}
