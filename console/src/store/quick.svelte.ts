/** Quick texts: found on the server by what is typed, and remembered for a while. */
import { call } from '../api/client';
import type { QuickText } from '../api/schema';
import { api } from './session.svelte';

/** How long an answer is good for, in milliseconds. */
const FRESH = 60_000;

class QuickTexts {
  #found = new Map<string, { at: number; texts: Promise<QuickText[]> }>();

  find(search: string): Promise<QuickText[]> {
    const known = this.#found.get(search);
    if (known !== undefined && Date.now() - known.at < FRESH) return known.texts;
    const query = { limit: 20, ...(search === '' ? {} : { search }) };
    const texts = call(api.GET('/quick-texts', { params: { query } })).then(({ items }) => items);
    texts.catch(() => this.#found.delete(search));
    if (this.#found.size > 200) this.#found.clear();
    this.#found.set(search, { at: Date.now(), texts });
    return texts;
  }
}

export const quickTexts = new QuickTexts();
