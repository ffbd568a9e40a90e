/**
 * One connection to the event stream, from a position until it ends.
 *
 * `EventSource` cannot send a token, so the stream is read by `fetch`. Events of one journal entry are handed over together, as one change
 * with the position after it: whoever is cut between them has none of them, and gets all of them again.
 */
import { createParser } from 'eventsource-parser';
import { refusalOf } from '../api/problem';
import type { AgentEvent, Position } from '../api/schema';
import { isEphemeral, type Streamed } from '../state/view';

/** What one journal entry means to the agent. */
export interface Change {
  /** The position before it: who stands elsewhere has missed something. */
  since: Position;
  upto: Position;
  events: Streamed[];
}

/** How a connection ended by itself. `cut`: go on from the last position; `reset`: from a fresh snapshot. */
export type Ending = 'cut' | 'reset';

export interface Listener {
  /** The server answered, and what was missed is on its way. */
  opened(): void;
  /** Everything that was missed has been told. */
  caughtUp(): void;
  change(change: Change): void;
  /** Typing and drafts: told once. */
  ephemeral(event: AgentEvent): void;
  /** The server says how long to wait before coming back, in milliseconds. */
  retry(milliseconds: number): void;
}

export interface Source {
  base: string;
  token: string;
  after: Position;
  signal: AbortSignal;
  /** Nothing at all for so long, not even the server's heartbeat, means that the line is dead; in milliseconds. */
  silence: number;
  fetch: typeof fetch;
}

/** How long nothing more must come for the replay of what was missed to be over, in milliseconds. */
const LULL = 150;

export async function follow({ base, token, after, signal, silence, fetch }: Source, listener: Listener): Promise<Ending> {
  const stop = new AbortController();
  const abort = () => stop.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  let deaf = setTimeout(() => stop.abort(), silence);
  let lull: ReturnType<typeof setTimeout> | null = null;
  try {
    const response = await fetch(`${base}/events?after=${encodeURIComponent(after)}`, {
      headers: { Accept: 'text/event-stream', Authorization: `Bearer ${token}` },
      cache: 'no-store',
      credentials: 'omit',
      signal: stop.signal,
    });
    if (!response.ok) throw refusalOf(response, await response.json().catch(() => null));
    if (response.body === null) return 'cut';
    listener.opened();

    let position = after;
    let together: Streamed[] = [];
    let ending: Ending | null = null;
    const parser = createParser({
      onRetry: (milliseconds) => listener.retry(milliseconds),
      onEvent({ id, data }) {
        const event = read(data);
        if (event === null || ending !== null) return;
        if (event.event === 'reset') {
          ending = event.reason === 'shutting_down' ? 'cut' : 'reset';
        } else if (isEphemeral(event)) {
          listener.ephemeral(event);
        } else {
          together.push({ position: id ?? null, event });
          if (id === undefined || id === '') return;
          listener.change({ since: position, upto: id, events: together });
          position = id;
          together = [];
        }
      },
    });

    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return 'cut';
      clearTimeout(deaf);
      deaf = setTimeout(() => stop.abort(), silence);
      parser.feed(value);
      if (ending !== null) return ending;
      if (lull !== null) clearTimeout(lull);
      lull = setTimeout(() => listener.caughtUp(), LULL);
    }
  } catch (thrown) {
    if (stop.signal.aborted && !signal.aborted) return 'cut';
    throw thrown;
  } finally {
    clearTimeout(deaf);
    if (lull !== null) clearTimeout(lull);
    signal.removeEventListener('abort', abort);
    stop.abort();
  }
}

/** An event's JSON; null for what is none, which a proxy may have put there. */
function read(data: string): AgentEvent | null {
  try {
    const event: unknown = JSON.parse(data);
    return typeof event === 'object' && event !== null && 'event' in event ? (event as AgentEvent) : null;
  } catch {
    return null;
  }
}
