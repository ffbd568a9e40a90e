// Messages on their way: sent one after the other in the order in which they were written, each with a key of its own, so that sending again
// is never sending twice. They are stored until the server has them: a reload in the middle loses none.
import { newKey } from './api';
import { asProblem, Problem, type ProblemKind } from './problem';
import type { Kept } from './storage';
import { backoff, Pause } from './waiting';
import type { Accepted } from './wire';

/** For so long a server knows a key; after that, sending again could be sending twice. */
const KEY_LIFE_MS = 23 * 3600_000;

/** `delayed`: did not get through, and is tried again by itself; `failed`: refused, waits for the visitor; `sent`: the server has it. */
export type OutgoingState = 'sending' | 'delayed' | 'failed' | 'sent';

export interface Outgoing {
  /** The idempotency key. */
  readonly key: string;
  readonly text: string;
  /** When it was written, in milliseconds. */
  readonly at: number;
  /** What the view knew then: its entry comes after this sequence. */
  readonly after: number;
  readonly state: OutgoingState;
  /** Why it failed. */
  readonly problem: ProblemKind | null;
  /** Its entry, once the server told. */
  readonly sequence: number | null;
  /** Whether the server may have it already. */
  readonly tried: boolean;
}

type Stored = Pick<Outgoing, 'key' | 'text' | 'at' | 'after' | 'tried'> & { failed: ProblemKind | null };

export interface OutboxEnds {
  kept: Kept;
  send(text: string, key: string): Promise<Accepted>;
  changed(): void;
  random(): number;
}

export class Outbox {
  items: readonly Outgoing[] = [];
  private readonly ends: OutboxEnds;
  private readonly pause = new Pause();
  private running = false;
  private stopped = false;
  private failures = 0;
  private last = 0;

  constructor(ends: OutboxEnds) {
    this.ends = ends;
    addEventListener('online', this.wake);
  }

  /** Takes up what an earlier page, or another tab that is gone, left. */
  load(): void {
    const stored = this.ends.kept.names('out:').map((name) => this.ends.kept.get<Stored>(name));
    this.items = stored
      .filter((item): item is Stored => item !== null)
      .map(({ failed, ...item }) => {
        const problem = failed ?? (Date.now() - item.at > KEY_LIFE_MS ? 'unreachable' : null);
        return { ...item, problem, state: problem === null ? 'sending' : 'failed', sequence: null };
      });
    this.ends.changed();
    void this.run();
  }

  add(text: string, after: number): Outgoing {
    // Two in one millisecond keep their order.
    this.last = Math.max(Date.now(), this.last + 1);
    const item: Outgoing = { key: newKey(), text, at: this.last, after, state: 'sending', problem: null, sequence: null, tried: false };
    this.items = [...this.items, item];
    this.store(item);
    this.ends.changed();
    void this.run();
    return item;
  }

  /** Sends a failed one again. It was refused, so nothing of it is there: it is a new request. */
  retry(key: string): void {
    const item = this.items.find((item) => item.key === key);
    if (!item) return;
    if (item.state === 'failed') {
      this.ends.kept.remove(nameOf(item));
      this.replace(item, { key: newKey(), state: 'sending', problem: null, tried: false });
    }
    this.wake();
  }

  /** Gives a failed one up. Answers its text, so that it can be written anew. */
  discard(key: string): string | null {
    const item = this.items.find((item) => item.key === key && item.state === 'failed');
    if (!item) return null;
    this.drop(item);
    this.ends.changed();
    return item.text;
  }

  /** Lets go of what the view shows now. */
  settle(position: number): void {
    const left = this.items.filter((item) => item.sequence === null || item.sequence > position);
    if (left.length !== this.items.length) this.items = left;
  }

  /** Another tab has sent, or given up, what it shared with this one. */
  forgotten(name: string): void {
    const item = this.items.find((item) => nameOf(item) === name);
    if (item && item.state !== 'sent' && !this.running) {
      this.items = this.items.filter((other) => other !== item);
      this.ends.changed();
    }
  }

  readonly wake = (): void => {
    this.failures = 0;
    this.pause.end();
    void this.run();
  };

  stop(): void {
    this.stopped = true;
    removeEventListener('online', this.wake);
    this.pause.end();
  }

  /** Forgets everything, stored or not. */
  clear(): void {
    this.stop();
    for (const name of this.ends.kept.names('out:')) this.ends.kept.remove(name);
    this.items = [];
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      for (;;) {
        const next = this.items.find((item) => item.state === 'sending' || item.state === 'delayed');
        if (!next || this.stopped) return;
        await this.attempt(next);
      }
    } finally {
      this.running = false;
    }
  }

  private async attempt(next: Outgoing): Promise<void> {
    const item = this.replace(next, { state: 'sending', tried: true });
    let problem: Problem;
    try {
      const { sequence } = await this.ends.send(item.text, item.key);
      if (this.stopped) return;
      this.failures = 0;
      this.ends.kept.remove(nameOf(item));
      this.replace(item, { state: 'sent', sequence }, false);
      return;
    } catch (thrown) {
      problem = asProblem(thrown);
    }
    if (this.stopped) return;
    if (!problem.transient) {
      this.replace(item, { state: 'failed', problem: problem.kind });
      return;
    }
    // Its successors wait behind it: order is kept.
    this.replace(item, { state: 'delayed' });
    await this.pause.take(backoff(this.failures++, problem.retryAfterMs, this.ends.random));
  }

  private replace(item: Outgoing, change: Partial<Outgoing>, store = true): Outgoing {
    const changed = { ...item, ...change };
    this.items = this.items.map((other) => (other.key === item.key ? changed : other));
    if (store) this.store(changed);
    this.ends.changed();
    return changed;
  }

  private store(item: Outgoing): void {
    const { key, text, at, after, tried } = item;
    const stored: Stored = { key, text, at, after, tried, failed: item.state === 'failed' ? item.problem : null };
    this.ends.kept.set(nameOf(item), stored);
  }

  private drop(item: Outgoing): void {
    this.ends.kept.remove(nameOf(item));
    this.items = this.items.filter((other) => other.key !== item.key);
  }
}

/** Sorts by the time of writing. */
function nameOf(item: { at: number; key: string }): string {
  return `out:${String(item.at).padStart(15, '0')}:${item.key}`;
}
