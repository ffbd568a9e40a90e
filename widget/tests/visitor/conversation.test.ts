import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Conversation, type Options } from '../../src/visitor/conversation';
import type { Entry } from '../../src/visitor/wire';
import { agent, seeded, settings, TestServer } from './server';

let server: TestServer;
const open: Conversation[] = [];

function conversation(options: Partial<Options> = {}): Conversation {
  const made = new Conversation({
    server: 'https://chat.example',
    deployment: 'd1',
    button: 'b1',
    keeping: 'local',
    random: seeded(7),
    ...options,
  });
  open.push(made);
  return made;
}

/** Lets everything happen that happens within a time. */
const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

/** The page is loaded anew. */
function reload(before: Conversation): Conversation {
  before.destroy();
  const after = conversation();
  expect(after.resume()).toBe(true);
  return after;
}

const lines = (of: Conversation) => of.state.lines.flatMap((line) => (line.kind === 'message' ? [line.text] : []));

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-21T10:00:00Z') });
  localStorage.clear();
  server = new TestServer();
});

afterEach(() => {
  for (const one of open.splice(0)) one.destroy();
  vi.useRealTimers();
});

describe('a conversation', () => {
  it('stores nothing before somebody asks for it', async () => {
    const it = conversation();
    expect(it.resume()).toBe(false);
    await pass(10_000);
    expect([localStorage.length, server.asked.length]).toEqual([0, 0]);
  });

  it('is asked for once, though the answer is lost and the page is loaded anew', async () => {
    server.fate = (what) => (what === 'POST /conversations' ? 'deaf' : 'fine');
    const first = conversation();
    void first.start({ name: 'Ana' });
    await pass(10);
    expect(server.asks('POST /conversations')).toBe(1);
    server.fate = () => 'fine';
    const second = reload(first);
    await pass(10);
    expect([second.state.phase, server.starts.size]).toEqual(['open', 1]);
  });

  it('says why it could not be asked for, and asks again with the same key', async () => {
    server.fate = () => ({ status: 503, type: 'busy' });
    const it = conversation();
    void it.start({});
    await pass(120_000);
    expect([it.state.phase, it.state.problem?.kind]).toEqual(['none', 'busy']);
    server.fate = () => 'fine';
    void it.startAgain();
    await pass(10);
    expect(it.state.phase).toBe('open');
    expect(new Set(server.asked.filter(({ what }) => what === 'POST /conversations').map(({ key }) => key)).size).toBe(1);
  });

  it('is the same one when the visitor asks the same again after a failure, and another when not', async () => {
    server.fate = (what) => (what === 'POST /conversations' ? 'deaf' : 'fine');
    const it = conversation();
    void it.start({ name: 'Ana' });
    await pass(120_000);
    expect([it.state.phase, it.state.problem?.kind]).toEqual(['none', 'unreachable']);
    void it.start({ name: 'Ana' });
    await pass(120_000);
    expect(server.starts.size).toBe(1);
    server.fate = () => 'fine';
    void it.start({ name: 'Bo' });
    await pass(10);
    expect([it.state.phase, server.starts.size]).toEqual(['open', 2]);
  });

  it('that was turned away is told of, and is not there after a reload', async () => {
    server.entries = [];
    server.note({ kind: 'requested' });
    const snapshot = server.snapshot.bind(server);
    server.note({ kind: 'refused', because: 'unavailable' });
    vi.spyOn(server, 'snapshot').mockImplementation(() => ({ ...snapshot(), state: 'ended', agent: null }));
    const first = conversation();
    void first.start({});
    await pass(10);
    expect([first.state.phase, first.state.refused]).toEqual(['ended', 'unavailable']);
    const second = reload(first);
    await pass(10);
    expect([second.state.phase, second.resumable]).toEqual(['none', false]);
  });

  it('becomes a new visitor where the earlier one is not known', async () => {
    localStorage.setItem('switchboard:d1.b1.:known', JSON.stringify('old'));
    const bodies: unknown[] = [];
    server.fate = (what) => {
      if (what !== 'POST /conversations') return 'fine';
      bodies.push(server.asked[server.asked.length - 1]?.body);
      return 'fine';
    };
    const fetched = globalThis.fetch;
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) =>
      String(init.body).includes('known_as')
        ? new Response(JSON.stringify({ type: 'invalid', status: 422, detail: 'no', property: 'known_as' }), { status: 422 })
        : fetched(url, init),
    );
    const it = conversation();
    void it.start({});
    await pass(10);
    expect([it.state.phase, bodies.length]).toEqual(['open', 1]);
    expect(bodies[0]).not.toHaveProperty('known_as');
  });

  it('shows a message at once and one line for it when it has arrived', async () => {
    const it = conversation();
    void it.start({});
    await pass(10);
    it.send('hello');
    const key = it.state.lines.find((line) => line.kind === 'message')?.key;
    expect(lines(it)).toEqual(['hello']);
    await pass(10);
    expect(lines(it)).toEqual(['hello']);
    expect(it.state.lines.find((line) => line.kind === 'message')).toMatchObject({ key, sequence: 3, outgoing: null });
    expect(localStorage.getItem('switchboard:d1.b1.:conversation')).not.toBeNull();
    expect(Object.keys(localStorage).filter((name) => name.includes(':out:'))).toEqual([]);
  });

  it('keeps a message over a reload that was written without a network, and sends it once', async () => {
    const first = conversation();
    void first.start({});
    await pass(10);
    server.fate = (what) => (what === 'POST /messages' ? 'deaf' : 'fine');
    first.send('one');
    first.send('two');
    await pass(10);
    expect(server.texts()).toEqual(['one']);
    server.fate = () => 'fine';
    const second = reload(first);
    await pass(60_000);
    expect([server.texts(), lines(second)]).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ]);
    expect(second.state.lines.every((line) => line.sequence !== null)).toBe(true);
  });

  it('shows a refused message as failed, sends the next one, and tries the refused one again when told', async () => {
    const it = conversation();
    void it.start({});
    await pass(10);
    server.fate = (what) => (what === 'POST /messages' && server.asks(what) === 1 ? { status: 413, type: 'too_large' } : 'fine');
    it.send('long');
    it.send('short');
    await pass(10);
    const failed = it.state.lines.find((line) => line.kind === 'message' && line.text === 'long');
    expect(failed).toMatchObject({ outgoing: { state: 'failed', problem: 'too_large' } });
    expect(server.texts()).toEqual(['short']);
    const again = reload(it);
    await pass(10);
    const still = again.state.lines.find((line) => line.kind === 'message' && line.text === 'long');
    expect(still).toMatchObject({ outgoing: { state: 'failed' } });
    again.retry(still?.key ?? '');
    await pass(10);
    expect(server.texts()).toEqual(['short', 'long']);
    const keys = server.asked.filter(({ what }) => what === 'POST /messages').map(({ key }) => key);
    expect(new Set(keys).size).toBe(3);
  });

  it('waits as long as the server asks for', async () => {
    const it = conversation();
    void it.start({});
    await pass(10);
    server.fate = (what) => (what === 'POST /messages' ? { status: 429, type: 'too_many_requests', retryAfter: '20' } : 'fine');
    it.send('hello');
    await pass(19_000);
    expect(server.asks('POST /messages')).toBe(1);
    expect(it.state.lines.find((line) => line.kind === 'message')).toMatchObject({ outgoing: { state: 'delayed' } });
    server.fate = () => 'fine';
    await pass(10_000);
    expect(server.texts()).toEqual(['hello']);
  });

  it('tells each entry once over cuts of the connection, and goes on where it stood', async () => {
    const it = conversation();
    void it.start({});
    await pass(10);
    const heard: number[] = [];
    it.onEntry((entry: Entry) => heard.push(entry.sequence));
    for (let n = 0; n < 6; n++) {
      server.note({ kind: 'message', author: { role: 'agent', ...agent }, text: `m${n}` });
      await pass(5);
      server.cut();
      server.note({ kind: 'message', author: { role: 'agent', ...agent }, text: `during ${n}` });
      await pass(30_000);
      expect(server.connected).toBe(1);
    }
    expect(heard).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    const after = server.asked.filter(({ what }) => what === 'GET /events').map(({ headers }) => headers.get('last-event-id'));
    expect(after).toEqual(['1:2', '1:3', '1:5', '1:7', '1:9', '1:11', '1:13']);
  });

  it('reads a fresh snapshot after a restore, and tells what it had not told', async () => {
    const it = conversation();
    void it.start({});
    await pass(10);
    const heard: number[] = [];
    it.onEntry((entry: Entry) => heard.push(entry.sequence));
    server.epoch = 2;
    server.cut();
    server.note({ kind: 'message', author: { role: 'agent', ...agent }, text: 'after the restore' });
    await pass(60_000);
    expect([lines(it), heard, it.state.view?.conversation.position]).toEqual([['after the restore'], [3], '2:3']);
  });

  it('gives a connection up that has fallen silent', async () => {
    const it = conversation();
    void it.start({});
    await pass(10);
    expect(it.state.stream).toBe('live');
    await pass(60_000);
    expect(server.asks('GET /events')).toBeGreaterThan(1);
  });

  it('comes back more slowly the longer the server is away, and at once when the network is back', async () => {
    const it = conversation();
    void it.start({});
    await pass(10);
    server.fate = () => 'lost';
    server.cut();
    await pass(10 * 60_000);
    const tries = server.asks('GET /events');
    expect(tries).toBeGreaterThan(15);
    expect(tries).toBeLessThan(60);
    server.fate = () => 'fine';
    dispatchEvent(new Event('online'));
    await pass(10);
    expect([it.state.stream, server.connected]).toEqual(['live', 1]);
  });

  it('lets a conversation go whose token leads nowhere, and says so', async () => {
    const it = conversation();
    void it.start({});
    await pass(10);
    server.fate = () => ({ status: 401, type: 'not_signed_in' });
    server.cut();
    await pass(60_000);
    expect([it.state.phase, it.state.problem?.kind, it.resumable]).toEqual(['none', 'not_signed_in', false]);
  });

  it('counts what agents wrote since the visitor looked, over a reload', async () => {
    const first = conversation();
    void first.start({});
    await pass(10);
    server.note({ kind: 'message', author: { role: 'agent', ...agent }, text: 'one' });
    await pass(10);
    first.markSeen();
    server.note({ kind: 'message', author: { role: 'agent', ...agent }, text: 'two' });
    server.note({ kind: 'message', author: { role: 'visitor' }, text: 'from my telephone' });
    await pass(10);
    expect(first.state.unread).toBe(1);
    const second = reload(first);
    await pass(10);
    expect(second.state.unread).toBe(1);
    second.markSeen();
    expect(second.state.unread).toBe(0);
  });

  it('is shown ended after a reload for a while, and then let go; the visitor stays known', async () => {
    const first = conversation();
    void first.start({});
    await pass(10);
    await first.end();
    expect([first.state.phase, server.connected]).toEqual(['ended', 0]);
    const second = reload(first);
    await pass(10);
    expect(second.state.phase).toBe('ended');
    await pass(3600_000);
    const third = reload(second);
    await pass(10);
    expect([third.state.phase, third.resumable]).toEqual(['none', false]);
    void third.start({});
    await pass(10);
    expect(server.asked.filter(({ what }) => what === 'POST /conversations')[1]?.body).toMatchObject({ known_as: 't1' });
  });

  it('is taken over by a tab that has none when another tab begins one', async () => {
    const other = conversation();
    const it = conversation();
    void it.start({});
    await pass(10);
    const key = 'switchboard:d1.b1.:conversation';
    dispatchEvent(Object.assign(new Event('storage'), { key, storageArea: localStorage }));
    await pass(10);
    expect([other.state.phase, other.api.token]).toEqual(['open', 't1']);
    it.send('from one tab');
    await pass(10);
    expect(lines(other)).toEqual(['from one tab']);
  });

  it('warns of idleness and then ends it', async () => {
    server.settings = { ...settings, idle_warning_seconds: 60, idle_timeout_seconds: 90 };
    const it = conversation();
    void it.start({});
    await pass(10);
    await pass(59_000);
    expect(it.state.idleEndsAt).toBeNull();
    await pass(2_000);
    expect(it.state.idleEndsAt).not.toBeNull();
    it.active();
    expect(it.state.idleEndsAt).toBeNull();
    await pass(10);
    const told = server.asked.filter(({ what }) => what === 'POST /idle-warning').map(({ body }) => body);
    expect(told).toEqual([{ raised: true }, { raised: false }]);
    await pass(89_000);
    expect(it.state.phase).toBe('open');
    await pass(2_000);
    expect(it.state.phase).toBe('ended');
  });

  it('loses and doubles nothing on a bad network', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      localStorage.clear();
      server = new TestServer();
      const random = seeded(seed);
      let it = conversation({ random });
      void it.start({});
      await pass(10);
      server.fate = () => {
        const draw = random();
        if (draw < 0.2) return 'lost';
        if (draw < 0.4) return 'deaf';
        return draw < 0.5 ? { status: 503, type: 'busy' } : 'fine';
      };
      const written: string[] = [];
      let most = 0;
      const watch = () => it.subscribe(() => (most = Math.max(most, lines(it).length - written.length)));
      watch();
      for (let n = 0; n < 25; n++) {
        // Two of the same text are two messages.
        const text = `message ${n - (n % 2)}`;
        written.push(text);
        it.send(text);
        if (random() < 0.3) server.cut();
        if (random() < 0.15) {
          it = reload(it);
          watch();
        }
        await pass(Math.floor(random() * 3000));
      }
      // At no moment were there more lines than messages.
      expect(most, `seed ${seed}`).toBe(0);
      server.fate = () => 'fine';
      await pass(120_000);
      expect(server.texts(), `seed ${seed}`).toEqual(written);
      expect(lines(it), `seed ${seed}`).toEqual(written);
      expect(new Set(it.state.lines.map((line) => line.key)).size).toBe(it.state.lines.length);
      it.destroy();
    }
  });
});
