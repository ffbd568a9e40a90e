/**
 * Sends what is in the outbox: in order, each under its own key, again and again until the server takes it in or refuses it.
 *
 * Kept in the tab's session storage, so that a reload loses nothing that was written.
 */
import { backoff } from '../live/backoff';
import { call, under } from '../api/client';
import { refusalFrom } from '../api/problem';
import { next, revive, type Outbox, type OutboxItem } from '../state/outbox';
import type { State } from '../state/state';
import { desk } from './desk.svelte';
import { kept } from './kept';
import { api, session } from './session.svelte';

const isOutbox = (value: unknown): value is Outbox =>
  Array.isArray(value) && value.every((item: unknown) => typeof item === 'object' && item !== null && 'key' in item && 'what' in item);

class Sending {
  #busy = new Set<string>();
  #later = new Map<string, ReturnType<typeof setTimeout>>();

  constructor() {
    desk.listen((_, before, after) => {
      if (after.outbox !== before.outbox) this.#keep(after);
      // The line is back: nobody waits for the end of a pause.
      if (after.link === 'live' && before.link !== 'live') this.hurry();
      else if (after.outbox !== before.outbox) this.#pump();
    });
    addEventListener('beforeunload', (event) => {
      // A tab that is closed takes its session storage along. A reload does not, and asks all the same: no browser tells the two apart.
      if (desk.state.outbox.some((item) => item.state === 'waiting' || item.state === 'sending')) event.preventDefault();
    });
  }

  /** Takes up what this tab had not sent when it was reloaded. */
  takeUp(agent: string): void {
    const outbox = this.#store(agent).read();
    if (outbox.length > 0 && desk.state.outbox.length === 0) desk.dispatch({ type: 'outbox_revived', outbox: revive(outbox) });
    this.#pump();
  }

  hurry(): void {
    for (const timer of this.#later.values()) clearTimeout(timer);
    this.#later.clear();
    this.#pump();
  }

  #keep(state: State): void {
    const agent = session.held?.agent;
    if (agent !== undefined) this.#store(agent).write(state.outbox);
  }

  #store(agent: string) {
    return kept<Outbox>(() => sessionStorage, `switchboard.outbox/${agent}`, [], isOutbox);
  }

  #pump(): void {
    for (const item of next(desk.state.outbox)) {
      if (!this.#busy.has(item.key) && !this.#later.has(item.key)) void this.#send(item);
    }
  }

  async #send(item: OutboxItem): Promise<void> {
    const { key, conversation, what } = item;
    this.#busy.add(key);
    desk.dispatch({ type: 'outbox', action: { type: 'begun', key } });
    try {
      const path = what.kind === 'note' ? '/conversations/{id}/notes' : '/conversations/{id}/messages';
      const request = { params: { path: { id: conversation } }, body: { text: what.text }, ...under(key) };
      const { sequence } = await call(api.POST(path, request));
      this.#busy.delete(key);
      desk.dispatch({ type: 'outbox', action: { type: 'taken_in', key, sequence } });
    } catch (thrown) {
      this.#busy.delete(key);
      const refusal = refusalFrom(thrown);
      if (!refusal.passing && !refusal.signedOut) {
        desk.dispatch({ type: 'outbox', action: { type: 'refused', key, refusal: { kind: refusal.kind, detail: refusal.detail } } });
        return;
      }
      const wait = refusal.retryAfter === null ? backoff(item.tries, 1_000, Math.random) : refusal.retryAfter * 1_000;
      this.#later.set(
        key,
        setTimeout(() => {
          this.#later.delete(key);
          this.#pump();
        }, wait),
      );
      desk.dispatch({ type: 'outbox', action: { type: 'postponed', key } });
    }
  }
}

export const sending = new Sending();
