/** Files of conversations: sent with progress, and shown by a fetch with the token, for no address of theirs works without it. */
import { SvelteMap } from 'svelte/reactivity';
import { newKey } from '../api/client';
import { refusalFrom, refusalOf, type Refusal } from '../api/problem';
import type { ConversationId, FileId } from '../api/schema';
import { upload } from '../api/upload';
import { BASE, session } from './session.svelte';

export interface Sent {
  key: string;
  conversation: ConversationId;
  file: File;
  /** 0 to 1. */
  progress: number;
  refusal: Refusal | null;
}

/** How many images are kept at most: each is bytes in memory. */
const KEPT = 60;

class Files {
  /** What is on its way up, by key. */
  sent = new SvelteMap<string, Sent>();
  #running = new Map<string, AbortController>();
  #shown = new Map<FileId, Promise<string>>();

  async send(conversation: ConversationId, file: File, key = newKey()): Promise<void> {
    const stop = new AbortController();
    this.#running.set(key, stop);
    this.sent.set(key, { key, conversation, file, progress: 0, refusal: null });
    const change = (part: Partial<Sent>) => {
      const now = this.sent.get(key);
      if (now !== undefined) this.sent.set(key, { ...now, ...part });
    };
    try {
      await upload({
        base: BASE,
        token: session.held?.token ?? null,
        conversation,
        file,
        key,
        signal: stop.signal,
        onProgress: (progress) => change({ progress }),
      });
      this.sent.delete(key);
    } catch (thrown) {
      if (stop.signal.aborted) this.sent.delete(key);
      else change({ refusal: refusalFrom(thrown) });
    } finally {
      this.#running.delete(key);
    }
  }

  /** Under the same key, so that a file whose answer was lost is not sent twice. */
  again(key: string): void {
    const sent = this.sent.get(key);
    if (sent !== undefined) void this.send(sent.conversation, sent.file, key);
  }

  cancel(key: string): void {
    this.#running.get(key)?.abort();
    this.sent.delete(key);
  }

  /** An address of this page for the file's content. */
  show(conversation: ConversationId, file: FileId): Promise<string> {
    const known = this.#shown.get(file);
    if (known !== undefined) return known;
    const address = this.#read(conversation, file);
    this.#shown.set(file, address);
    address.catch(() => this.#shown.delete(file));
    for (const [oldest, made] of this.#shown) {
      if (this.#shown.size <= KEPT) break;
      this.#shown.delete(oldest);
      void made.then((url) => URL.revokeObjectURL(url));
    }
    return address;
  }

  async #read(conversation: ConversationId, file: FileId): Promise<string> {
    const response = await fetch(`${BASE}/conversations/${encodeURIComponent(conversation)}/files/${encodeURIComponent(file)}`, {
      headers: { Authorization: `Bearer ${session.held?.token ?? ''}` },
      cache: 'no-store',
      credentials: 'omit',
    });
    if (!response.ok) throw refusalOf(response, await response.json().catch(() => null));
    return URL.createObjectURL(await response.blob());
  }

  /** Puts the file into the browser's downloads. */
  async save(conversation: ConversationId, file: FileId, name: string): Promise<void> {
    const link = document.createElement('a');
    link.href = await this.show(conversation, file);
    link.download = name;
    link.click();
  }
}

export const files = new Files();
