import { afterEach, describe, expect, it, vi } from 'vitest';
import { Refusal } from '../api/problem';
import type { AgentEvent, AgentSnapshot } from '../api/schema';
import { snapshot } from '../state/made';
import { Live, type Browser, type Link } from './live';

/** A server with a journal: streams what comes after the position that is asked for. */
class Server {
  head = 10;
  epoch = 1;
  journal: { position: number; events: AgentEvent[] }[] = [];
  streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
  opened: string[] = [];
  snapshots = 0;
  reachable = true;
  signedIn = true;

  snapshot = (): Promise<AgentSnapshot> => {
    this.snapshots += 1;
    if (!this.reachable) return Promise.reject(new Refusal('unreachable', 0, ''));
    if (!this.signedIn) return Promise.reject(new Refusal('not_signed_in', 401, ''));
    return Promise.resolve(snapshot(`${this.epoch}:${this.head}`));
  };

  fetch = ((url: string, { signal }: { signal: AbortSignal }) => {
    const after = new URL(url, 'http://x').searchParams.get('after') ?? '';
    this.opened.push(after);
    if (!this.reachable) return Promise.reject(new TypeError('offline'));
    if (!this.signedIn) {
      const problem = { type: 'not_signed_in', detail: '', request_id: 'r' };
      return Promise.resolve(new Response(JSON.stringify(problem), { status: 401 }));
    }
    const from = Number(after.split(':')[1]);
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.streams.add(controller);
        signal.addEventListener('abort', () => {
          if (this.streams.delete(controller)) controller.error(signal.reason);
        });
        this.#write(controller, 'retry: 1\n\n');
        for (const { position, events } of this.journal) if (position > from) this.#tell(controller, position, events);
      },
    });
    return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
  }) as unknown as typeof fetch;

  happen(...events: AgentEvent[]): void {
    this.head += 1;
    this.journal.push({ position: this.head, events });
    for (const stream of this.streams) this.#tell(stream, this.head, events);
  }

  send(event: AgentEvent): void {
    for (const stream of this.streams) this.#write(stream, `data: ${JSON.stringify(event)}\n\n`);
  }

  /** Cuts every connection, after a part of an entry was told if `mid` is given. */
  cut(mid?: AgentEvent): void {
    for (const stream of this.streams) {
      if (mid !== undefined) this.#write(stream, `data: ${JSON.stringify(mid)}\n\n`);
      this.streams.delete(stream);
      stream.close();
    }
  }

  #tell(stream: ReadableStreamDefaultController<Uint8Array>, position: number, events: AgentEvent[]): void {
    events.forEach((event, at) => {
      const id = at === events.length - 1 ? `id: ${this.epoch}:${position}\n` : '';
      this.#write(stream, `${id}data: ${JSON.stringify(event)}\n\n`);
    });
  }
  #write(stream: ReadableStreamDefaultController<Uint8Array>, text: string): void {
    stream.enqueue(new TextEncoder().encode(text));
  }
}

/** Web Locks of one browser. */
class Locks {
  #held: { steal: () => void } | null = null;
  #waiting: (() => void)[] = [];

  request = ((_: string, options: LockOptions, work: () => Promise<void>) =>
    new Promise<void>((resolve, reject) => {
      const begin = () => {
        let stolen = false;
        const held = {
          steal: () => {
            stolen = true;
            reject(new DOMException('stolen', 'AbortError'));
          },
        };
        this.#held = held;
        void work().finally(() => {
          if (stolen) return;
          this.#held = null;
          this.#waiting.shift()?.();
          resolve();
        });
      };
      if (options.steal === true) {
        this.#held?.steal();
        return begin();
      }
      if (this.#held === null) return begin();
      this.#waiting.push(begin);
      options.signal?.addEventListener('abort', () => {
        this.#waiting = this.#waiting.filter((other) => other !== begin);
        reject(new DOMException('gone', 'AbortError'));
      });
    })) as unknown as LockManager['request'];
}

class Tab {
  names: string[] = [];
  position = '';
  links: Link[] = [];
  signedOut = 0;
  snapshots = 0;
  live: Live;

  constructor(server: Server, browser: Partial<Browser>) {
    const full: Browser = { fetch: server.fetch, locks: null, channel: null, random: () => 0, ...browser };
    this.live = new Live(
      full,
      {
        snapshot: (taken) => {
          this.snapshots += 1;
          this.position = taken.position;
        },
        streamed: (events) => {
          for (const { event, position } of events) {
            if (event.event === 'conversation_left') this.names.push(event.conversation);
            if (event.event === 'typing') this.names.push(`typing ${event.conversation}`);
            if (position !== null) this.position = position;
          }
        },
        link: (link) => this.links.push(link),
        signedOut: () => (this.signedOut += 1),
      },
      () => Date.now(),
    );
    this.live.start({ base: 'http://x', token: 't', scope: 'agent/sign-in', snapshot: server.snapshot });
  }
}

const left = (conversation: string): AgentEvent => ({ event: 'conversation_left', conversation, reason: 'closed' });
const until = (condition: () => boolean) => vi.waitFor(() => expect(condition()).toBe(true), { timeout: 10_000, interval: 5 });

const tabs: Tab[] = [];
function open(server: Server, browser: Partial<Browser> = {}): Tab {
  const tab = new Tab(server, browser);
  tabs.push(tab);
  return tab;
}
afterEach(() => {
  for (const tab of tabs.splice(0)) tab.live.stop();
});

/** A browser whose tabs hear each other. */
function browser(): Partial<Browser> {
  const scope = crypto.randomUUID();
  return { locks: new Locks(), channel: (name) => new BroadcastChannel(`${scope}/${name}`) };
}

describe('a tab alone', () => {
  it('goes on from where it stood when it was cut, without a gap and without a repeat', async () => {
    const server = new Server();
    const tab = open(server);
    await until(() => server.streams.size === 1);
    server.happen(left('a'));
    await until(() => tab.position === '1:11');
    server.cut();
    server.happen(left('b'));
    await until(() => tab.position === '1:12');
    expect(tab.names).toEqual(['a', 'b']);
    expect(server.opened).toEqual(['1:10', '1:11']);
    expect(tab.snapshots).toBe(1);
  });

  it('takes all events of an entry in together: cut between them, it has none', async () => {
    const server = new Server();
    const tab = open(server);
    await until(() => server.streams.size === 1);
    server.cut(left('half'));
    server.happen(left('half'), left('whole'));
    await until(() => tab.position === '1:11');
    expect(tab.names).toEqual(['half', 'whole']);
  });

  it('reads a snapshot after a reset, and none when the server only stops', async () => {
    const server = new Server();
    const tab = open(server);
    await until(() => server.streams.size === 1);
    server.send({ event: 'reset', reason: 'shutting_down' });
    await until(() => server.opened.length === 2);
    expect(tab.snapshots).toBe(1);
    server.send({ event: 'reset', reason: 'too_old' });
    await until(() => tab.snapshots === 2 && server.opened.length === 3);
  });

  it('says when it is live and when not, and tries again by itself', async () => {
    const server = new Server();
    server.reachable = false;
    const tab = open(server);
    await until(() => tab.links.includes('offline'));
    server.reachable = true;
    tab.live.hurry();
    await until(() => tab.links.at(-1) === 'live');
    server.reachable = false;
    server.cut();
    await until(() => tab.links.at(-1) === 'offline');
  });

  it('gives up a connection that still stands when the browser says that its network is gone, and is not live by it again', async () => {
    const server = new Server();
    const tab = open(server);
    await until(() => server.streams.size === 1);
    server.reachable = false;
    // Before the replay is over: what would have said `live` a moment later must not.
    tab.live.doubt();
    expect(server.streams.size).toBe(0);
    await until(() => server.opened.length > 2);
    expect(tab.links.at(-1)).toBe('offline');
    server.happen(left('a'));
    server.reachable = true;
    tab.live.hurry();
    await until(() => tab.links.at(-1) === 'live' && tab.names.length === 1);
  });

  it('stops at an ended sign-in and goes on with another one where it stood', async () => {
    const server = new Server();
    const tab = open(server);
    await until(() => server.streams.size === 1);
    server.signedIn = false;
    server.cut();
    await until(() => tab.signedOut === 1);
    server.happen(left('a'));
    server.signedIn = true;
    tab.live.start({ base: 'http://x', token: 'other', scope: 'agent/other', snapshot: server.snapshot });
    await until(() => tab.names.length === 1);
    expect(tab.snapshots).toBe(1);
  });
});

describe('tabs of one browser', () => {
  it('share one stream, and each is told everything once', async () => {
    const [server, shared] = [new Server(), browser()];
    const three = [open(server, shared), open(server, shared), open(server, shared)];
    await until(() => three.every((tab) => tab.position === '1:10') && server.streams.size === 1);
    server.happen(left('a'));
    server.send({ event: 'typing', conversation: 'b', typing: true });
    await until(() => three.every((tab) => tab.names.length === 2));
    for (const tab of three) expect(tab.names).toEqual(['a', 'typing b']);
    expect(server.opened).toEqual(['1:10']);
  });

  it('another one reads on when the one that reads is closed', async () => {
    const [server, shared] = [new Server(), browser()];
    const [first, second] = [open(server, shared), open(server, shared)];
    await until(() => second.position === '1:10' && server.streams.size === 1);
    server.happen(left('a'));
    await until(() => second.names.length === 1);
    first.live.stop();
    server.happen(left('b'));
    await until(() => second.names.length === 2);
    expect(second.names).toEqual(['a', 'b']);
    expect(server.opened).toEqual(['1:10', '1:11']);
  });

  it('one that missed a change reads the snapshot instead of showing a hole', async () => {
    const [server, shared] = [new Server(), browser()];
    const reader = open(server, shared);
    await until(() => server.streams.size === 1 && reader.position === '1:10');
    // A tab that loses what the channel brings, once.
    let lose = true;
    const channel = (name: string) => {
      const real = shared.channel!(name);
      const post = real.postMessage.bind(real);
      let heard: BroadcastChannel['onmessage'] = null;
      Object.defineProperty(real, 'onmessage', {
        set: (listener: BroadcastChannel['onmessage']) => (heard = listener),
      });
      real.addEventListener('message', (event) => {
        if (lose && (event.data as { type: string }).type === 'change') lose = false;
        else heard?.call(real, event);
      });
      return Object.assign(real, { postMessage: post });
    };
    const deaf = open(server, { ...shared, channel });
    await until(() => deaf.position === '1:10');
    server.happen(left('lost'));
    await until(() => reader.position === '1:11' && !lose);
    expect(deaf.position).toBe('1:10');
    server.happen(left('next'));
    await until(() => deaf.position === '1:12');
    expect(deaf.snapshots).toBe(2);
    expect(server.streams.size).toBe(1);
  });

  it('have a stream each where the browser has no locks', async () => {
    const server = new Server();
    const two = [open(server), open(server)];
    await until(() => server.streams.size === 2);
    server.happen(left('a'));
    await until(() => two.every((tab) => tab.names.length === 1));
  });
});
