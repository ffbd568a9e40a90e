// A server of the visitor API for tests: one conversation, whose network can lose requests before and after they were done.
import { vi } from 'vitest';
import type { Entry, Snapshot, VisitorEvent, VisitorSettings, What } from '../../src/visitor/wire';

export const settings: VisitorSettings = {
  drafts: false,
  idle_warning_seconds: null,
  idle_timeout_seconds: null,
  show_queue_position: true,
  transcript: true,
  max_message_chars: 1000,
  max_file_bytes: 1_000_000,
};

export const agent = { id: 'a1', name: 'Ada' };

/** What becomes of a request. `lost`: it never arrives; `deaf`: it is done, and the answer never arrives. */
export type Fate = 'fine' | 'lost' | 'deaf' | { status: number; type: string; retryAfter?: string };

export class TestServer {
  entries: Entry[] = [];
  epoch = 1;
  /** Everything that was asked, such as `POST /messages`. */
  readonly asked: { what: string; key: string | null; body: unknown; headers: Headers }[] = [];
  /** Decides on each request. */
  fate: (what: string) => Fate = () => 'fine';
  settings: VisitorSettings = settings;
  private readonly keys = new Map<string, number>();
  private streams: { controller: ReadableStreamDefaultController<Uint8Array>; after: number }[] = [];
  starts = new Map<string, string>();

  constructor() {
    this.note({ kind: 'requested' });
    this.note({ kind: 'joined', agent });
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => this.fetch(url, init));
  }

  /** Something happens, and the streams that are open tell it. */
  note(what: What): Entry {
    const entry = { sequence: (this.entries[this.entries.length - 1]?.sequence ?? 0) + 1, at: new Date().toISOString(), ...what } as Entry;
    this.entries.push(entry);
    for (const stream of this.streams) this.tell(stream.controller, { event: 'entry', entry }, `${this.epoch}:${entry.sequence}`);
    return entry;
  }

  /** An event without an id. */
  pass(event: VisitorEvent): void {
    for (const { controller } of this.streams) this.tell(controller, event, null);
  }

  get connected(): number {
    return this.streams.length;
  }

  /** Every stream breaks off. */
  cut(): void {
    for (const { controller } of this.streams.splice(0)) {
      try {
        controller.error(new Error('cut'));
      } catch {
        // Closed already.
      }
    }
  }

  texts(): string[] {
    return this.entries.flatMap((entry) => (entry.kind === 'message' && entry.author.role === 'visitor' ? [entry.text] : []));
  }

  asks(what: string): number {
    return this.asked.filter((asked) => asked.what === what).length;
  }

  snapshot(): Snapshot {
    const ended = this.entries.find((entry) => entry.kind === 'ended');
    return {
      id: 'c1',
      position: `${this.epoch}:${this.entries[this.entries.length - 1]?.sequence ?? 0}`,
      state: ended ? 'ended' : 'active',
      started_at: new Date().toISOString(),
      agent,
      transferring: false,
      file_requests: [],
      rating: null,
      closure: ended?.kind === 'ended' ? ended.closure : null,
      timeline: [...this.entries],
      earlier: false,
    };
  }

  private async fetch(url: string, init: RequestInit): Promise<Response> {
    const path = new URL(url).pathname.replace('/api/v1/visitor', '');
    const what = `${init.method} ${path}`;
    const headers = new Headers(init.headers);
    const key = headers.get('idempotency-key');
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : null;
    this.asked.push({ what, key, body, headers });
    const fate = this.fate(what);
    if (fate === 'lost') throw new TypeError('lost');
    if (typeof fate === 'object') {
      const header = { 'content-type': 'application/problem+json', ...(fate.retryAfter ? { 'retry-after': fate.retryAfter } : {}) };
      return new Response(JSON.stringify({ type: fate.type, status: fate.status, detail: 'so' }), { status: fate.status, headers: header });
    }
    const answer = this.answer(what, key, body, headers, init.signal ?? null);
    if (fate === 'deaf') throw new TypeError('deaf');
    return answer;
  }

  private answer(what: string, key: string | null, body: unknown, headers: Headers, signal: AbortSignal | null): Response {
    const json = (value: unknown, status = 200) =>
      new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } });
    switch (what) {
      case 'POST /conversations': {
        const token = this.starts.get(key ?? '') ?? `t${this.starts.size + 1}`;
        this.starts.set(key ?? '', token);
        return json({ resume_token: token, conversation: this.snapshot(), settings: this.settings }, 201);
      }
      case 'GET /conversation':
        return json(this.snapshot());
      case 'POST /messages': {
        const known = this.keys.get(key ?? '');
        const sequence =
          known ?? this.note({ kind: 'message', author: { role: 'visitor' }, text: (body as { text: string }).text }).sequence;
        this.keys.set(key ?? '', sequence);
        return json({ sequence, at: new Date().toISOString() });
      }
      case 'POST /end': {
        const closure = { by: 'visitor', because: 'visitor', reason: null, at: new Date().toISOString() } as const;
        const { sequence, at } = this.note({ kind: 'ended', closure });
        return json({ sequence, at });
      }
      case 'GET /events':
        return this.stream(headers.get('last-event-id') ?? '', signal);
      default:
        return new Response(null, { status: 204 });
    }
  }

  private stream(position: string, signal: AbortSignal | null): Response {
    const [epoch, after] = position.split(':').map(Number);
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode(':open\nretry:1000\n\n'));
        if (epoch !== this.epoch) {
          this.tell(controller, { event: 'reset', reason: 'foreign_epoch' }, null);
          controller.close();
          return;
        }
        for (const entry of this.entries) {
          if (entry.sequence > (after ?? 0)) this.tell(controller, { event: 'entry', entry }, `${this.epoch}:${entry.sequence}`);
        }
        const stream = { controller, after: after ?? 0 };
        this.streams.push(stream);
        signal?.addEventListener('abort', () => (this.streams = this.streams.filter((other) => other !== stream)));
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  }

  private tell(controller: ReadableStreamDefaultController<Uint8Array>, event: VisitorEvent, id: string | null): void {
    try {
      controller.enqueue(new TextEncoder().encode(`${id === null ? '' : `id:${id}\n`}data:${JSON.stringify(event)}\n\n`));
    } catch {
      // Nobody reads any more.
    }
  }
}

/** Numbers that are the same at every run. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
