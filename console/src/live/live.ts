/**
 * The agent's view, kept up to date: by a stream of this tab's own, or by that of another tab of the same sign-in.
 *
 * A browser opens six connections to a host, so all tabs share one stream. Who holds the lock reads it and passes every change on; when that
 * tab closes, the lock goes to another, which goes on from its own position. Every change says which position it follows on: a tab that
 * stands elsewhere has missed something, and reads the snapshot anew. Nothing is ever skipped in silence.
 *
 * Where a browser has no Web Locks or no BroadcastChannel (they are missing without HTTPS), each tab has its own stream.
 */
import { Refusal } from '../api/problem';
import type { AgentEvent, AgentSnapshot, Position } from '../api/schema';
import { placeOf, type Streamed } from '../state/view';
import { backoff } from './backoff';
import { follow, type Change } from './stream';

/** `catching_up`: connected or connecting, what was missed is on its way. `offline`: the last try failed. */
export type Link = 'live' | 'catching_up' | 'offline';

/** What the view is told. */
export interface Receiver {
  snapshot(snapshot: AgentSnapshot): void;
  /** In order, each exactly once. */
  streamed(events: Streamed[]): void;
  link(link: Link): void;
  /** The sign-in is no longer good: nothing more comes until `start` is called with another. */
  signedOut(): void;
}

/** The browser, or a test's. */
export interface Browser {
  fetch: typeof fetch;
  /** Null where the browser has none. */
  locks: Pick<LockManager, 'request'> | null;
  /** Null where the browser has none. */
  channel: ((name: string) => BroadcastChannel) | null;
  random: () => number;
}

export interface Options {
  base: string;
  token: string;
  /** Tabs of one sign-in share a stream, and only these: `agent/sign-in`. */
  scope: string;
  snapshot: (signal: AbortSignal) => Promise<AgentSnapshot>;
}

/** What tabs tell each other. */
type Word =
  | { type: 'change'; change: Change }
  | { type: 'ephemeral'; event: AgentEvent }
  | { type: 'reset' }
  | { type: 'link'; link: Link }
  | { type: 'hello' };

/** The server's heartbeat comes every 15 s. */
const SILENCE = 40_000;
/** A reader that says nothing for so long is frozen, and loses the lock. Timers of tabs in the background run once a minute. */
const FROZEN = 100_000;

export class Live {
  #stop: AbortController | null = null;
  #channel: BroadcastChannel | null = null;
  /** Up to where the receiver was told; null before the first snapshot and while a fresh one is on its way. */
  #position: Position | null = null;
  /** What other tabs told while the snapshot was on its way. */
  #early: Change[] = [];
  #link: Link = 'catching_up';
  #reading = false;
  #heard = 0;
  #wake: (() => void) | null = null;
  #least = 1_000;
  #syncing: Promise<void> | null = null;

  constructor(
    private readonly browser: Browser,
    private readonly receiver: Receiver,
    private readonly now: () => number,
  ) {}

  /** Begins, or goes on with another token: `position` is kept when the view still stands. */
  start(options: Options): void {
    this.stop();
    const stop = new AbortController();
    this.#stop = stop;
    this.#tell('catching_up');
    const { locks, channel } = this.browser;
    const name = `switchboard/${options.scope}`;
    if (channel !== null) {
      this.#channel = channel(name);
      this.#channel.onmessage = ({ data }: MessageEvent<Word>) => this.#hear(data, options, stop.signal);
      this.#channel.postMessage({ type: 'hello' } satisfies Word);
    }
    if (this.#position === null) void this.#sync(options, stop.signal);
    if (locks === null || channel === null) {
      void this.#read(options, stop.signal);
      return;
    }
    void this.#lead(name, locks, options, stop.signal);
  }

  stop(): void {
    this.#stop?.abort();
    this.#stop = null;
    this.#channel?.close();
    this.#channel = null;
    this.#reading = false;
    this.#syncing = null;
  }

  /** Forgets the view: the next `start` reads a snapshot first. */
  forget(): void {
    this.stop();
    this.#position = null;
    this.#early = [];
  }

  /** Tries at once instead of at the next turn: the browser found its network again, or the agent asks. */
  hurry(): void {
    this.#wake?.();
  }

  /** The browser says that its network is gone. What is open may be silent for long: it is given up, and tried anew. */
  doubt(): void {
    this.#attempt?.abort();
    this.#tell('offline');
  }

  /** The view cannot go on from what it has. */
  resync(options: Options): void {
    if (this.#stop === null) return;
    void this.#sync(options, this.#stop.signal);
  }

  /** Waits for the lock, reads the stream while it is held, and waits again when another tab took it. */
  async #lead(name: string, locks: Pick<LockManager, 'request'>, options: Options, signal: AbortSignal): Promise<void> {
    const watch = setInterval(() => {
      if (this.#reading || this.now() - this.#heard < FROZEN) return;
      // The tab that reads is frozen or was cut off without a word: this one takes over.
      this.#heard = this.now();
      void this.#hold(name, locks, options, signal, true);
    }, 10_000);
    signal.addEventListener('abort', () => clearInterval(watch), { once: true });
    this.#heard = this.now();
    await this.#hold(name, locks, options, signal, false);
  }

  async #hold(name: string, locks: Pick<LockManager, 'request'>, options: Options, signal: AbortSignal, steal: boolean): Promise<void> {
    let stolen = false;
    try {
      await locks.request(name, steal ? { steal } : { signal }, async () => {
        if (signal.aborted) return;
        const mine = new AbortController();
        signal.addEventListener('abort', () => mine.abort(), { once: true });
        this.#give = () => mine.abort();
        await this.#read(options, mine.signal);
      });
    } catch {
      // The lock was asked for in vain because this tab stops, or was taken away by one that believed this one frozen.
      stolen = !signal.aborted;
    }
    if (!stolen) return;
    this.#give?.();
    this.#heard = this.now();
    await this.#hold(name, locks, options, signal, false);
  }
  #give: (() => void) | null = null;
  #attempt: AbortController | null = null;

  /** Reads the stream, again and again, until `signal`. */
  async #read(options: Options, signal: AbortSignal): Promise<void> {
    this.#reading = true;
    let tries = 0;
    try {
      while (!signal.aborted) {
        try {
          if (this.#position === null) await this.#sync(options, signal);
          const after = this.#position;
          if (after === null) throw new Refusal('unreachable', 0, 'no snapshot');
          const attempt = (this.#attempt = new AbortController());
          const either = AbortSignal.any([signal, attempt.signal]);
          const ending = await follow(
            { base: options.base, token: options.token, after, signal: either, silence: SILENCE, fetch: this.browser.fetch },
            {
              opened: () => this.#spread('catching_up'),
              caughtUp: () => {
                tries = 0;
                this.#spread('live');
              },
              change: (change) => {
                this.#say({ type: 'change', change });
                this.#take(change, options, signal);
              },
              ephemeral: (event) => {
                this.#say({ type: 'ephemeral', event });
                this.receiver.streamed([{ position: null, event }]);
              },
              retry: (milliseconds) => (this.#least = Math.min(milliseconds, 10_000)),
            },
          );
          if (signal.aborted) return;
          if (attempt.signal.aborted) throw new Refusal('unreachable', 0, 'given up');
          this.#spread('catching_up');
          if (ending === 'reset') {
            this.#say({ type: 'reset' });
            this.#position = null;
            if (tries === 0) {
              tries = 1;
              continue;
            }
          }
        } catch (thrown) {
          if (signal.aborted) return;
          if (thrown instanceof Refusal && thrown.signedOut) return this.#expire();
          this.#spread('offline');
        }
        await this.#pause(backoff(tries, this.#least, this.browser.random), signal);
        tries += 1;
      }
    } finally {
      this.#reading = false;
    }
  }

  /** Reads the snapshot, and then what was told meanwhile. One at a time. */
  #sync(options: Options, signal: AbortSignal): Promise<void> {
    this.#syncing ??= this.#syncNow(options, signal).finally(() => (this.#syncing = null));
    return this.#syncing;
  }

  async #syncNow(options: Options, signal: AbortSignal): Promise<void> {
    this.#position = null;
    for (let tries = 0; this.#position === null; tries += 1) {
      try {
        const snapshot = await options.snapshot(signal);
        if (signal.aborted) return;
        this.#position = snapshot.position;
        this.receiver.snapshot(snapshot);
        const early = this.#early;
        this.#early = [];
        for (const change of early) this.#take(change, options, signal);
      } catch (thrown) {
        if (signal.aborted) return;
        if (!(thrown instanceof Refusal)) throw thrown;
        if (thrown.signedOut) return this.#expire();
        this.#tell('offline');
        await this.#pause(backoff(tries, this.#least, this.browser.random), signal);
        if (signal.aborted) return;
      }
    }
  }

  #hear(word: Word, options: Options, signal: AbortSignal): void {
    if (signal.aborted) return;
    if (word.type === 'hello') {
      if (this.#reading) this.#say({ type: 'link', link: this.#link });
      return;
    }
    this.#heard = this.now();
    if (this.#reading) return;
    switch (word.type) {
      case 'change':
        return this.#take(word.change, options, signal);
      case 'ephemeral':
        return this.receiver.streamed([{ position: null, event: word.event }]);
      case 'reset':
        return void this.#sync(options, signal);
      case 'link':
        return this.#tell(word.link);
    }
  }

  #take(change: Change, options: Options, signal: AbortSignal): void {
    if (this.#position === null) {
      this.#early.push(change);
      return;
    }
    const [here, since, upto] = [placeOf(this.#position), placeOf(change.since), placeOf(change.upto)];
    if (here.epoch === upto.epoch && upto.position <= here.position) return;
    if (here.epoch !== since.epoch || since.position > here.position) {
      // Something between was missed. The snapshot that is read now includes this change too.
      this.#position = null;
      void this.#sync(options, signal);
      return;
    }
    this.#position = change.upto;
    this.receiver.streamed(change.events);
  }

  #expire(): void {
    this.stop();
    this.#tell('offline');
    this.receiver.signedOut();
  }

  #say(word: Word): void {
    this.#channel?.postMessage(word);
  }

  #spread(link: Link): void {
    this.#say({ type: 'link', link });
    this.#tell(link);
  }

  #tell(link: Link): void {
    this.#link = link;
    this.receiver.link(link);
  }

  #pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal.addEventListener('abort', done, { once: true });
      this.#wake = done;
      if (signal.aborted) done();
    });
  }
}
