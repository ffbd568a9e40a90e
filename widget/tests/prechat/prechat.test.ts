// deployment_segment.md 6.4: `liveagent.details.preChatInit`.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { DEPLOYMENT, ENDPOINT, freshPage, load, ORG, SESSION, type FakeServer } from '../deployment/page';

let server: FakeServer;
beforeEach(async () => {
  const chat = `https://c.chat.example/content/s/chat?language=#deployment_id=${DEPLOYMENT}&org_id=${ORG}&button_id=573&session_id=${SESSION}`;
  server = freshPage(`https://shop.example/pre?endpoint=${encodeURIComponent(chat)}`);
  vi.resetModules();
  await import('../../src/prechat/main');
});

const page = () => window as any;
const details = {
  customDetails: [
    { label: 'Mail', value: 'ada@example.com' },
    { label: 'None', value: null },
  ],
  visitorName: 'Ada',
};

function answer(message: unknown): void {
  const name = /callback=liveagent\._\.(\w+)$/.exec(server.last)![1]!;
  page().liveagent._[name]({ messages: [{ type: 'PrechatDetails', message }] });
}

describe('preChatInit', () => {
  it('asks for the visitor in the address of the chat page, and hands the details on', () => {
    const callback = vi.fn();
    page().liveagent.details.preChatInit(`${ENDPOINT}/`, callback);
    expect(server.last).toMatch(
      new RegExp(
        `^${ENDPOINT}/rest/Visitor/PrechatDetails\\.jsonp\\?sid=${SESSION}&deployment_id=${DEPLOYMENT}&org_id=${ORG}&callback=liveagent\\._\\.\\w+$`,
      ),
    );
    answer(details);
    expect(callback.mock.calls).toEqual([[details]]);
  });

  it('takes the name of a function, and looks it up without running text', () => {
    page().shop = { got: vi.fn() };
    page().liveagent.details.preChatInit(ENDPOINT, 'shop.got');
    answer(details);
    expect(page().shop.got).toHaveBeenCalledWith(details);
    page().liveagent.details.preChatInit(ENDPOINT, 'shop.got();shop.got');
    expect(() => answer(details)).not.toThrow();
    expect(page().shop.got).toHaveBeenCalledOnce();
  });

  it('adds the details to the form of that name', () => {
    document.body.innerHTML = '<form name="pre"></form>';
    page().liveagent.details.preChatInit(ENDPOINT, undefined, 'pre');
    answer({
      customDetails: [
        { label: 'A"><b>', value: '<script>' },
        { label: 'N', value: 7 },
      ],
    });
    const inputs = Array.from(document.querySelectorAll('input'), ({ type, name, value }) => [type, name, value]);
    expect(inputs).toEqual([
      ['hidden', 'liveagent.prechat:A"><b>', '<script>'],
      ['hidden', 'liveagent.prechat:N', '7'],
    ]);
    expect(document.querySelector('b')).toBeNull();
  });

  it('gets its answer where deployment.js is loaded after it', () => {
    const callback = vi.fn();
    page().liveagent.details.preChatInit(ENDPOINT, callback);
    load();
    answer(details);
    expect(callback).toHaveBeenCalledWith(details);
    expect(page().liveagent._.handlePing).toBeTypeOf('function');
  });

  it.each<[string, () => void]>([
    ['nothing is answered', () => vi.advanceTimersByTime(5000)],
    ['the server is not there', () => server.fail()],
    ['the answer is an error', () => answer(null)],
  ])('calls back with none when %s, once', (_, happens) => {
    const callback = vi.fn();
    page().liveagent.details.preChatInit(ENDPOINT, callback);
    happens();
    vi.advanceTimersByTime(10_000);
    expect(callback.mock.calls).toEqual([[{ customDetails: [] }]]);
  });

  it('asks nothing on a page that leads to no chat', () => {
    page().happyDOM.setURL('https://shop.example/pre?endpoint=javascript:alert(1)%23session_id=x%26y');
    const callback = vi.fn();
    page().liveagent.details.preChatInit(ENDPOINT, callback);
    expect(server.calls).toHaveLength(0);
    expect(callback).toHaveBeenCalledWith({ customDetails: [] });
  });
});
