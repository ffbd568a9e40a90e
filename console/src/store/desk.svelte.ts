/**
 * The agent's work: the state, and everything that changes it from outside.
 *
 * Components read `desk.state` and call what is below; requests, the stream and the browser's storage are behind it.
 */
import { untrack } from 'svelte';
import { call } from '../api/client';
import { Live, type Options } from '../live/live';
import { initial, reduce, type Action, type State } from '../state/state';
import { BASE, api, session } from './session.svelte';

class Desk {
  state = $state.raw<State>(initial);
  #live: Live;
  #options: Options | null = null;
  #listeners = new Set<(action: Action, before: State, after: State) => void>();

  constructor() {
    const { locks } = navigator;
    this.#live = new Live(
      {
        fetch: (...request) => fetch(...request),
        // Both are missing where the page did not come by HTTPS.
        locks: locks ?? null,
        channel: typeof BroadcastChannel === 'undefined' ? null : (name) => new BroadcastChannel(name),
        random: Math.random,
      },
      {
        snapshot: (snapshot) => this.dispatch({ type: 'snapshot', snapshot }),
        streamed: (events) => this.dispatch({ type: 'streamed', events }),
        link: (link) => this.dispatch({ type: 'link', link }),
        signedOut: () => this.#options !== null && session.lost(this.#options.token),
      },
      () => Date.now(),
    );
    // A browser that lost its network leaves open connections as they are: they say nothing any more, and no error.
    addEventListener('offline', () => this.#options !== null && this.#live.doubt());
    addEventListener('online', () => this.#options !== null && this.#live.start(this.#options));
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.#live.hurry());
  }

  dispatch(action: Action): void {
    // Whoever dispatches does not become a reader of all that is read here, by those who listen too.
    untrack(() => {
      const before = this.state;
      const after = reduce(before, action);
      if (after === before) return;
      this.state = after;
      if (after.stale && !before.stale && this.#options !== null) this.#live.resync(this.#options);
      for (const listener of this.#listeners) listener(action, before, after);
    });
  }

  /** Is told of every change after it was made. */
  listen(listener: (action: Action, before: State, after: State) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Follows the sign-in that is held now; with another token of the same agent the view stands. */
  start(): void {
    const { held } = session;
    if (held === null) return;
    this.#options = {
      base: BASE,
      token: held.token,
      scope: `${held.agent}/${held.id}`,
      snapshot: (signal) => call(api.GET('/snapshot', { signal })),
    };
    this.#live.start(this.#options);
  }

  /** Nothing more is heard; what is seen stays. */
  pause(): void {
    this.#live.stop();
  }

  /** Nobody is signed in any more. */
  end(): void {
    this.#live.forget();
    this.#options = null;
    this.dispatch({ type: 'signed_out' });
  }

  hurry(): void {
    this.#live.hurry();
  }
}

export const desk = new Desk();
