// `liveagent.chasitor`, as scripts on a chat page use it (liveagent.md 7.4).
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EVENTS } from '../../src/window/chasitor';
import { ADDRESS, closeAll, FakeApi, inside, MARIE, open, page, until } from './server';

let api: FakeApi;
let told: [event: string, detail: any][];
beforeEach(() => {
  sessionStorage.clear();
  vi.spyOn(performance, 'getEntriesByType').mockReturnValue([{ type: 'navigate' } as unknown as PerformanceEntry]);
  api = new FakeApi();
  told = [];
});
afterEach(closeAll);

const liveagent = () => (window as any).liveagent;
const chasitor = () => liveagent().chasitor;
const names = () => told.map(([event]) => event);

function throws(task: unknown, message: string): boolean {
  if (!String(task).includes('throw ')) return false;
  try {
    (task as () => void)();
    return false;
  } catch (thrown) {
    return (thrown as Error).message === message;
  }
}

/** A page of the customer's own, that draws by itself. */
async function begin(): Promise<void> {
  page(ADDRESS, null, false);
  const opened = open();
  for (const event of Object.keys(EVENTS))
    liveagent().addEventListener(chasitor().Events[event], (detail: any) => told.push([event, detail]));
  await opened;
  await until(() => api.streaming);
}

async function joined(): Promise<void> {
  await begin();
  api.happen({ kind: 'joined', agent: MARIE });
  await until(() => names().includes('CHAT_ESTABLISHED'));
}

describe('a page that draws by itself', () => {
  it('begins by itself and shows nothing', async () => {
    await joined();
    expect(api.started).toHaveLength(1);
    expect(document.body.children).toHaveLength(0);
    expect(chasitor().getChatKey()).toBe('c1');
    expect(chasitor().getAgentName()).toBe('Marie');
  });

  it('may ask before the conversation is there', async () => {
    page(ADDRESS, null, false);
    const opened = open();
    chasitor().sendMessage('first');
    chasitor().sendCustomEvent('cart', '7');
    await opened;
    await until(() => api.requests.some(({ path }) => path === '/messages') && api.requests.some(({ path }) => path === '/custom-events'));
    expect(api.requests.filter(({ path }) => path === '/messages').map(({ body }) => body.text)).toEqual(['first']);
  });

  it('may wait for the script, which is a module', async () => {
    const waiting = vi.fn();
    page(ADDRESS, null, false);
    (window as any)._lcq = [waiting, 'no function'];
    await open();
    expect(waiting).toHaveBeenCalledOnce();
  });
});

describe('events', () => {
  it('of a whole chat', async () => {
    await joined();
    api.pass({ event: 'typing', typing: true });
    api.message('Hello');
    await until(() => names().includes('AGENT_CHAT_MESSAGE'));
    chasitor().sendMessage('Hi');
    await until(() => names().includes('CHASITOR_CHAT_MESSAGE'));
    api.happen({ kind: 'transferring' });
    api.happen({ kind: 'joined', agent: { id: 'a2', name: 'Pierre' } });
    api.end();
    await until(() => names().includes('AGENT_CHAT_ENDED'));
    expect(names().filter((event) => event !== 'AGENT_TYPING_UPDATE')).toEqual([
      'CHAT_REQUEST_SUCCESSFUL',
      'CHAT_ESTABLISHED',
      'AGENT_CHAT_MESSAGE',
      'CHASITOR_CHAT_MESSAGE',
      'AGENT_CHAT_TRANSFERRED',
      'AGENT_CHAT_ENDED',
    ]);
    const detail = (event: string) => told.find(([name]) => name === event)![1];
    expect(detail('CHAT_REQUEST_SUCCESSFUL')).toMatchObject({ chatKey: 'c1' });
    expect(detail('AGENT_CHAT_MESSAGE')).toMatchObject({ content: 'Hello', name: 'Marie' });
    expect(detail('AGENT_CHAT_TRANSFERRED')).toMatchObject({ agentName: 'Pierre' });
  });

  it.each<[string, () => void, string]>([
    ['the visitor ends', () => chasitor().endChat(), 'CHASITOR_CHAT_ENDED'],
    ['the visitor was idle', () => api.end('system', 'visitor_idle'), 'CHASITOR_IDLE_TIMEOUT'],
    ['nobody is left', () => api.end('system', 'agents_unavailable'), 'AGENT_CHAT_ENDED'],
    ['the connection was lost', () => api.end('system', 'connection_timeout'), 'CONNECTION_ERROR'],
    ['the agent is lost', () => api.happen({ kind: 'agent_lost', nobody_left: false }), 'AGENT_DISCONNECTED'],
    [
      'a file is asked for',
      () => api.happen({ kind: 'file_requested', request: { id: 'f', author: { role: 'agent', ...MARIE }, expires_at: null } }),
      'FILE_TRANSFER_REQUESTED',
    ],
    [
      'the agent wants it no more',
      () => api.happen({ kind: 'file_request_ended', request: 'f', outcome: 'cancelled_by_agent' }),
      'FILE_TRANSFER_CANCELED',
    ],
    ['it came', () => api.happen({ kind: 'file_request_ended', request: 'f', outcome: 'received' }), 'FILE_TRANSFER_SUCCESSFUL'],
    ['it failed', () => api.happen({ kind: 'file_request_ended', request: 'f', outcome: 'failed' }), 'FILE_TRANSFER_FAILED'],
  ])('when %s', async (_, happens, event) => {
    await joined();
    told = [];
    happens();
    await until(() => names().includes(event));
    expect(names()).toEqual([event]);
  });

  it('a request that is withdrawn, and the place in the queue', async () => {
    await begin();
    api.pass({ event: 'queue_place', place: { place: 3, estimated_wait_seconds: 60 } });
    await until(() => names().includes('QUEUE_UPDATE'));
    expect(told[told.length - 1]![1]).toMatchObject({ position: 3, estimatedWaitTime: 60 });
    chasitor().cancelChat();
    await until(() => names().includes('CHASITOR_CHAT_CANCELED'));
  });

  it('cancelChat ends nothing that an agent has taken', async () => {
    await joined();
    chasitor().cancelChat();
    expect(api.requests.some(({ path }) => path === '/end')).toBe(false);
  });

  it('a listener that fails keeps no other from being told, and one that was taken away is not told', async () => {
    page(ADDRESS, null, false);
    const [good, gone] = [vi.fn(), vi.fn()];
    const reported = vi.spyOn(globalThis, 'setTimeout');
    const bad = vi.fn(() => {
      // What is reported is thrown later, by a timer, as an error of the page's own; here it is kept from ending the test.
      reported.mockImplementationOnce(() => 0 as unknown as ReturnType<typeof setTimeout>);
      throw new Error('of the page');
    });
    const opened = open();
    const { addEventListener, removeEventListener } = liveagent();
    for (const listener of [bad, good, gone, 'none']) addEventListener('CHAT_ESTABLISHED', listener);
    removeEventListener('CHAT_ESTABLISHED', gone);
    await opened;
    await until(() => api.streaming);
    api.happen({ kind: 'joined', agent: MARIE });
    await until(() => good.mock.calls.length === 1);
    expect(bad).toHaveBeenCalledOnce();
    expect(reported.mock.calls.some(([task]) => throws(task, 'of the page'))).toBe(true);
    expect(gone).not.toHaveBeenCalled();
  });
});

describe('custom events', () => {
  it('are heard by their type, from agents', async () => {
    await joined();
    const [listener, other] = [vi.fn(), vi.fn()];
    chasitor().addCustomEventListener('coupon', listener);
    chasitor().addCustomEventListener('other', other);
    api.happen({ kind: 'custom_event', author: { role: 'agent', ...MARIE }, name: 'coupon', data: '<b>10</b>' });
    await until(() => listener.mock.calls.length === 1);
    const event = listener.mock.calls[0]![0];
    expect([event.getType(), event.getData(), event.getSource(), event.type, event.data]).toEqual([
      'coupon',
      '<b>10</b>',
      'agent',
      'coupon',
      '<b>10</b>',
    ]);
    expect(event.getDate()).toBeInstanceOf(Date);
    chasitor().sendCustomEvent('coupon', 'of my own');
    await until(() => chasitor().getCustomEvents().length === 2);
    expect(listener).toHaveBeenCalledOnce();
    expect(other).not.toHaveBeenCalled();
  });

  it('are listed, from both sides, also to a callback', async () => {
    await joined();
    chasitor().sendCustomEvent('cart', '7');
    api.happen({ kind: 'custom_event', author: { role: 'agent', ...MARIE }, name: 'coupon', data: '10' });
    await until(() => chasitor().getCustomEvents().length === 2);
    const callback = vi.fn();
    const events = chasitor().getCustomEvents(callback);
    expect(callback.mock.calls[0]![0]).toEqual(events);
    const listed = events.map((event: any) => [event.getType(), event.getData(), event.getSource()]);
    expect(listed).toEqual(
      expect.arrayContaining([
        ['cart', '7', 'chasitor'],
        ['coupon', '10', 'agent'],
      ]),
    );
  });
});

describe('messages', () => {
  it('are listed with who wrote them', async () => {
    page(ADDRESS, { submitted: true, name: 'Ada' }, false);
    document.getElementById('chat')?.remove();
    await open();
    await until(() => api.streaming);
    api.happen({ kind: 'joined', agent: MARIE });
    api.message('Hello');
    chasitor().sendMessage('Hi');
    await until(() => chasitor().getChatMessages().length === 2);
    const listed = chasitor()
      .getChatMessages()
      .map((message: any) => [message.getType(), message.getName(), message.getContent()]);
    expect(listed).toEqual(
      expect.arrayContaining([
        ['Agent', 'Marie', 'Hello'],
        ['chasitor', 'Ada', 'Hi'],
      ]),
    );
  });

  it('are sent by scripts beside our own panel too', async () => {
    page();
    await open();
    await until(() => api.streaming);
    chasitor().sendMessage('from a script');
    await until(() => inside('.lines')?.textContent?.includes('from a script') ?? false);
  });
});
