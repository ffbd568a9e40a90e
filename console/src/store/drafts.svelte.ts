/** What the agent is writing in each conversation. Kept at every stroke: it outlives a reload, a crash and an expired sign-in. */
import { SvelteMap } from 'svelte/reactivity';
import type { ConversationId } from '../api/schema';
import { session } from './session.svelte';

export interface Draft {
  text: string;
  /** Whether it is a note among agents. */
  note: boolean;
}

/** Drafts of conversations that nobody wrote in for so long go, in milliseconds. */
const OLD = 14 * 24 * 3_600_000;
const PREFIX = 'switchboard.draft/';

class Drafts {
  #all = new SvelteMap<ConversationId, Draft>();
  #agent = '';

  constructor() {
    addEventListener('storage', ({ key, newValue }) => {
      // The same conversation, written in another tab.
      if (key?.startsWith(this.#prefix) !== true || this.#agent === '') return;
      const id = key.slice(this.#prefix.length);
      const draft = parse(newValue);
      if (draft === null) this.#all.delete(id);
      else this.#all.set(id, draft);
    });
  }

  get #prefix(): string {
    return `${PREFIX}${this.#agent}/`;
  }

  get(id: ConversationId): Draft {
    this.#load();
    return this.#all.get(id) ?? { text: '', note: false };
  }

  set(id: ConversationId, draft: Draft): void {
    this.#load();
    this.#all.set(id, draft);
    try {
      if (draft.text === '') localStorage.removeItem(this.#prefix + id);
      else localStorage.setItem(this.#prefix + id, JSON.stringify({ ...draft, at: Date.now() }));
    } catch {
      // Full or forbidden: the draft lives as long as the tab.
    }
  }

  #load(): void {
    const agent = session.held?.agent ?? '';
    if (agent === this.#agent) return;
    this.#agent = agent;
    this.#all.clear();
    try {
      for (const key of Object.keys(localStorage)) {
        if (!key.startsWith(this.#prefix)) continue;
        const text = localStorage.getItem(key);
        const draft = parse(text);
        if (draft === null || Date.now() - draft.at > OLD) localStorage.removeItem(key);
        else this.#all.set(key.slice(this.#prefix.length), draft);
      }
    } catch {
      // No storage: nothing was kept.
    }
  }
}

function parse(text: string | null): (Draft & { at: number }) | null {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    if (typeof value !== 'object' || value === null || !('text' in value) || typeof value.text !== 'string') return null;
    const at = 'at' in value && typeof value.at === 'number' ? value.at : 0;
    return { text: value.text, note: 'note' in value && value.note === true, at };
  } catch {
    return null;
  }
}

export const drafts = new Drafts();
