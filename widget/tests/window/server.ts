// A chat window, and the native visitor API that it talks to.
import { vi } from 'vitest';
import { Chasitor, expose } from '../../src/window/chasitor';
import { readEntry } from '../../src/window/page';
import { ChatWindow } from '../../src/window/window';
import type { Entry, EntrySettings, Snapshot, StartConversation } from '../../src/visitor/wire';

export const SERVER = 'https://chat.example';
export const ADDRESS =
  `${SERVER}/content/s/chat?language=en_US&org_id=00D000000000001&deployment_id=572000000000001&sid=sid-1` +
  '#deployment_id=572000000000001&org_id=00D000000000001&button_id=573000000000001&session_id=sid-1';

export const MARIE = { id: 'a1', name: 'Marie' };

type What = { kind: string; [more: string]: unknown };

export class FakeApi {
  settings: EntrySettings = {
    deployment: 'd-uuid',
    button: 'b-uuid',
    appearance: {},
    available: true,
    drafts: false,
    transcript: true,
    show_queue_position: true,
    max_message_chars: 4000,
    files: { max_bytes: 1_000_000, media_types: [], unasked: true },
  };
  readonly started: StartConversation[] = [];
  readonly requests: { path: string; body: any; authorization: string | null }[] = [];
  snapshot: Snapshot | null = null;
  postChat: object = { page: null, fields: [] };
  /** Answers instead, by path. */
  readonly refusals = new Map<string, { status: number; body: object }>();
  private readonly streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
  private sequence = 0;

  constructor() {
    // happy-dom has none; nor have old browsers.
    vi.stubGlobal('visualViewport', null);
    vi.stubGlobal('fetch', (address: string, init: RequestInit = {}) => this.answer(address, init));
  }

  /** Something happens in the conversation. */
  happen(what: What): Entry {
    const snapshot = this.snapshot!;
    const entry = { sequence: ++this.sequence, at: new Date(1_770_000_000_000 + this.sequence * 1000).toISOString(), ...what } as Entry;
    snapshot.timeline = [...snapshot.timeline, entry];
    snapshot.position = `1:${this.sequence}`;
    if (entry.kind === 'joined') Object.assign(snapshot, { state: 'active', agent: entry.agent });
    if (entry.kind === 'refused') snapshot.state = 'ended';
    if (entry.kind === 'ended') Object.assign(snapshot, { state: 'ended', closure: entry.closure });
    this.tell(`id: 1:${this.sequence}\ndata: ${JSON.stringify({ event: 'entry', entry })}\n\n`);
    return entry;
  }

  /** Something that passes. */
  pass(event: object): void {
    this.tell(`data: ${JSON.stringify(event)}\n\n`);
  }

  message(text: string): Entry {
    return this.happen({ kind: 'message', author: { role: 'agent', ...MARIE }, text });
  }

  end(by: 'visitor' | 'agent' | 'system' = 'agent', because = 'agent'): Entry {
    return this.happen({ kind: 'ended', closure: { by, because, reason: null, at: new Date().toISOString() } });
  }

  get streaming(): boolean {
    return this.streams.size > 0;
  }

  private tell(text: string): void {
    for (const stream of this.streams) stream.enqueue(new TextEncoder().encode(text));
  }

  private async answer(address: string, init: RequestInit): Promise<Response> {
    const path = address.slice(`${SERVER}/api/v1/visitor`.length).split('?')[0]!;
    const headers = new Headers(init.headers);
    const body = typeof init.body === 'string' ? JSON.parse(init.body) : null;
    this.requests.push({ path, body, authorization: headers.get('authorization') });
    const json = (value: unknown, status = 200) =>
      new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } });
    const refusal = this.refusals.get(path);
    if (refusal) return json(refusal.body, refusal.status);
    const accepted = (entry: Entry) => json({ sequence: entry.sequence, at: entry.at }, 201);
    switch (path) {
      case '/settings':
        return json(this.settings);
      case '/conversations': {
        this.started.push(body);
        this.sequence = 0;
        this.snapshot = {
          id: 'c1',
          position: '1:0',
          state: 'waiting',
          started_at: new Date().toISOString(),
          agent: null,
          transferring: false,
          file_requests: [],
          rating: null,
          closure: null,
          timeline: [],
          earlier: false,
        };
        this.happen({ kind: 'requested' });
        const { drafts, show_queue_position, transcript, max_message_chars } = this.settings;
        const settings = {
          drafts,
          show_queue_position,
          transcript,
          max_message_chars,
          idle_warning_seconds: null,
          idle_timeout_seconds: null,
          max_file_bytes: 1e6,
        };
        return json({ resume_token: 'token', conversation: this.snapshot, settings }, 201);
      }
      case '/conversation':
        return this.snapshot ? json(this.snapshot) : json({ type: 'not_signed_in' }, 401);
      case '/events': {
        const after = Number((headers.get('last-event-id') ?? '1:0').split(':')[1]);
        const missed = (this.snapshot?.timeline ?? []).filter((entry) => entry.sequence > after);
        let own: ReadableStreamDefaultController<Uint8Array>;
        const stream = new ReadableStream<Uint8Array>({
          start: (controller) => {
            own = controller;
            this.streams.add(controller);
            for (const entry of missed) {
              controller.enqueue(
                new TextEncoder().encode(`id: 1:${entry.sequence}\ndata: ${JSON.stringify({ event: 'entry', entry })}\n\n`),
              );
            }
          },
          cancel: () => void this.streams.delete(own),
        });
        return new Response(stream, { headers: { 'content-type': 'text/event-stream' } });
      }
      case '/messages':
        return accepted(this.happen({ kind: 'message', author: { role: 'visitor' }, text: body.text }));
      case '/custom-events':
        return accepted(this.happen({ kind: 'custom_event', author: { role: 'visitor' }, name: body.name, data: body.data }));
      case '/end':
        return accepted(this.end('visitor', 'visitor'));
      case '/post-chat':
        return json(this.postChat);
      default:
        return new Response(null, { status: 204 });
    }
  }
}

/** A page at an address; `posted` is what the server put on it. */
export function page(address = ADDRESS, posted: object | null = null, place = true): void {
  (window as any).happyDOM.setURL(address);
  document.documentElement.lang = 'en';
  document.title = 'Chat';
  document.body.innerHTML = place ? '<main id="chat"></main>' : '';
  if (posted) {
    const data = document.createElement('script');
    data.type = 'application/json';
    data.id = 'prechat';
    data.textContent = JSON.stringify(posted);
    document.body.append(data);
  }
  delete (window as any).liveagent;
  delete (window as any)._lcq;
}

const windows: ChatWindow[] = [];

/** After each test: nothing of it goes on in the next. */
export function closeAll(): void {
  for (const opened of windows.splice(0)) opened.close();
}

/** Loads the window on that page; the one before is gone, as with any page. */
export async function open(): Promise<Chasitor> {
  closeAll();
  const chasitor = new Chasitor();
  expose(chasitor);
  const entry = readEntry(document, location, `${SERVER}/content/window/window.js`);
  const chat = new ChatWindow(entry, document.getElementById('chat'), chasitor);
  windows.push(chat);
  await chat.open();
  return chasitor;
}

/** What is to be read in the window. */
export function shown(): string {
  const root = document.getElementById('chat')?.shadowRoot?.querySelector('.root');
  return root?.textContent ?? '';
}

export function inside<T extends Element>(selector: string): T | null {
  return document.getElementById('chat')?.shadowRoot?.querySelector<T>(selector) ?? null;
}

export async function until(what: () => boolean): Promise<void> {
  await vi.waitFor(() => {
    if (!what()) throw new Error(`not yet; shown: ${shown()}`);
  }, 20_000);
}
