// Follows `GET /visitor/events` for as long as it is wanted: reads, comes back after every end, and goes on where it stood.
//
// `fetch` and not `EventSource`, which can send no `Authorization` header.
import { asProblem, Problem } from './problem';
import { EventReader } from './sse';
import { backoff, Pause } from './waiting';
import type { Position, VisitorEvent } from './wire';

/** The server says something at least every 15 s; a connection that is silent for longer than this is dead. */
const SILENCE_MS = 40_000;

/** `waiting`: will try again; `offline`: the browser says that there is no network. */
export type StreamState = 'connecting' | 'live' | 'waiting' | 'offline';

export interface StreamEnds {
  open(after: Position, signal: AbortSignal): Promise<Response>;
  /** Where the reader stands. */
  position(): Position;
  /** Takes an event in; `resync` when the reader cannot go on from where it stands. */
  event(id: Position | null, event: VisitorEvent): 'resync' | 'on';
  /** Reads a fresh snapshot. Tried again when it throws. */
  resync(): Promise<void>;
  state(state: StreamState): void;
  /** The token leads nowhere; the stream has stopped. */
  gone(problem: Problem): void;
  random(): number;
}

export class Stream {
  private readonly ends: StreamEnds;
  private readonly pause = new Pause();
  private stopped = false;
  private attempt: AbortController | null = null;
  private failures = 0;
  private retryMs: number | null = null;
  private mustResync: boolean;

  /** @param resync Begin with a fresh snapshot. */
  constructor(ends: StreamEnds, resync: boolean) {
    this.ends = ends;
    this.mustResync = resync;
    addEventListener('online', this.wake);
    addEventListener('offline', this.offline);
    addEventListener('pageshow', this.shown);
    document.addEventListener('visibilitychange', this.seen);
    void this.run();
  }

  stop(): void {
    this.stopped = true;
    removeEventListener('online', this.wake);
    removeEventListener('offline', this.offline);
    removeEventListener('pageshow', this.shown);
    document.removeEventListener('visibilitychange', this.seen);
    this.attempt?.abort();
    this.pause.end();
  }

  /** Tries again now instead of later. */
  readonly wake = (): void => {
    this.failures = 0;
    this.pause.end();
  };

  private readonly offline = (): void => this.attempt?.abort();

  private readonly seen = (): void => {
    if (document.visibilityState === 'visible') this.pause.end();
  };

  /** A page that comes back from the browser's cache has dead connections. */
  private readonly shown = (event: Event): void => {
    if ((event as PageTransitionEvent).persisted) this.attempt?.abort();
    this.wake();
  };

  private async run(): Promise<void> {
    while (!this.stopped) {
      const problem = await this.once();
      if (this.stopped) return;
      if (problem?.gone) {
        this.stop();
        this.ends.gone(problem);
        return;
      }
      this.ends.state(navigator.onLine === false ? 'offline' : 'waiting');
      await this.pause.take(backoff(this.failures, problem?.retryAfterMs ?? this.retryMs, this.ends.random));
      this.failures += 1;
    }
  }

  /** One connection from its beginning to its end. */
  private async once(): Promise<Problem | null> {
    const attempt = new AbortController();
    this.attempt = attempt;
    let watchdog: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => attempt.abort(), SILENCE_MS);
    };
    this.ends.state('connecting');
    this.retryMs = null;
    try {
      heard();
      if (this.mustResync) {
        await this.ends.resync();
        this.mustResync = false;
      }
      if (attempt.signal.aborted) return null;
      const response = await this.ends.open(this.ends.position(), attempt.signal);
      if (!response.body) return new Problem('unreachable', 0, 'an answer without a stream');
      const reader = response.body.getReader();
      attempt.signal.addEventListener('abort', () => void reader.cancel().catch(() => undefined));
      const decoder = new TextDecoder();
      const messages = new EventReader();
      this.ends.state('live');
      for (;;) {
        const { done, value } = await reader.read();
        if (done || this.stopped) return null;
        heard();
        for (const { id, data } of messages.read(decoder.decode(value, { stream: true }))) {
          this.failures = 0;
          const event = parsed(data);
          if (event === null) continue;
          const reset = event.event === 'reset';
          if (this.ends.event(id, event) === 'resync') this.mustResync = true;
          this.retryMs = messages.retryMs;
          if (reset || this.mustResync) {
            attempt.abort();
            return null;
          }
        }
        this.retryMs = messages.retryMs;
      }
    } catch (thrown) {
      return attempt.signal.aborted ? null : asProblem(thrown);
    } finally {
      clearTimeout(watchdog);
    }
  }
}

function parsed(data: string): VisitorEvent | null {
  try {
    const event: unknown = JSON.parse(data);
    return typeof event === 'object' && event !== null && 'event' in event ? (event as VisitorEvent) : null;
  } catch {
    return null;
  }
}
