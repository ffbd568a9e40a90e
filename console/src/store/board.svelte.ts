/** The supervisors' board: the server's own picture, asked for every two seconds while somebody looks. */
import { call } from '../api/client';
import { refusalFrom, refusalOf, type Refusal } from '../api/problem';
import type { Board, PresenceStatus, TransferTarget } from '../api/schema';
import { api } from './session.svelte';

const EVERY = 2_000;

class LiveBoard {
  now = $state.raw<Board | null>(null);
  /** Why the picture is not the latest. */
  refusal = $state.raw<Refusal | null>(null);
  #tag: string | null = null;
  #turn = 0;
  #lookers = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** For as long as a component lives: `$effect(() => board.follow())`. */
  follow(): () => void {
    this.#lookers += 1;
    if (this.#lookers === 1) {
      document.addEventListener('visibilitychange', this.#wake);
      this.#wake();
    }
    return () => {
      this.#lookers -= 1;
      if (this.#lookers > 0) return;
      document.removeEventListener('visibilitychange', this.#wake);
      clearTimeout(this.#timer);
    };
  }

  readonly #wake = (): void => {
    clearTimeout(this.#timer);
    if (document.visibilityState === 'visible') void this.look();
  };

  /** Asks now; the next time is counted from the answer, so that a slow server is not asked faster than it answers. */
  async look(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    clearTimeout(this.#timer);
    try {
      const headers = this.#tag === null ? {} : { 'If-None-Match': this.#tag };
      const { data, error, response } = await api.GET('/board', { headers });
      if (turn !== this.#turn) return;
      if (response.status !== 304) {
        if (!response.ok || data === undefined) throw refusalOf(response, error);
        this.now = data;
        this.#tag = response.headers.get('etag');
      }
      this.refusal = null;
    } catch (thrown) {
      if (turn === this.#turn) this.refusal = refusalFrom(thrown);
    } finally {
      if (turn === this.#turn && this.#lookers > 0 && document.visibilityState === 'visible') {
        this.#timer = setTimeout(() => void this.look(), EVERY);
      }
    }
  }
}

export const board = new LiveBoard();

const at = (id: string) => ({ params: { path: { id } } });

/** The conversation comes into the supervisor's own view, and is followed like an own one. */
export const monitor = (id: string) => call(api.POST('/conversations/{id}/monitor', at(id)));
export const endMonitor = (id: string) => call(api.DELETE('/conversations/{id}/monitor', at(id)));
/** A note that the owner sees and the visitor does not. */
export const whisper = (id: string, text: string, key: string) =>
  call(api.POST('/conversations/{id}/notes', { ...at(id), body: { text }, headers: { 'Idempotency-Key': key } }));
/** Only if `from` still has it: nobody takes from another than the one they saw. */
export const takeOver = (id: string, from: string | null) =>
  call(api.POST('/conversations/{id}/take', { ...at(id), body: from === null ? {} : { from } }));
export const reassign = (id: string, to: TransferTarget, note: string | null) =>
  call(api.POST('/conversations/{id}/transfer', { ...at(id), body: { to, note } }));
export const lowerFlag = (id: string) => call(api.DELETE('/conversations/{id}/flag', at(id)));
export const setPresence = (id: string, status: PresenceStatus) =>
  call(api.PUT('/admin/agents/{id}/presence', { ...at(id), body: { status, note: null } }));
