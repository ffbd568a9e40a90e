// deployment_segment.md 5: the chat window's opening.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  AGENT,
  begin,
  BUTTON,
  CONTENT,
  cookie,
  DEPLOYMENT,
  element,
  freshPage,
  liveagent,
  ORG,
  SESSION,
  windows,
  type FakeServer,
  type Opened,
} from './page';

let server: FakeServer;
let opened: Opened[];
beforeEach(() => {
  server = freshPage();
  opened = windows();
});

function start(
  settings: object = {},
  call: (api: any) => void = (api) => api.startChat(BUTTON),
  prepare: (api: any) => void = () => undefined,
): Opened {
  begin((api) => {
    api.showWhenOnline(BUTTON, element());
    prepare(api);
  });
  server.settings([{ id: BUTTON, type: 'Standard', isAvailable: true, ...settings }]);
  call(liveagent());
  return opened[opened.length - 1]!;
}

const fragment = `deployment_id=${DEPLOYMENT}&org_id=${ORG}&button_id=${BUTTON}&session_id=${SESSION}`;
const ids = `org_id=${ORG}&deployment_id=${DEPLOYMENT}&sid=${SESSION}`;
const endpoint = ({ action }: Opened) => action.searchParams.get('endpoint')!;

describe('the addresses', () => {
  it('our chat page, with the language of the button', () => {
    const window = start({ language: 'en_US' });
    expect(endpoint(window)).toBe(`${CONTENT}/s/chat?language=en_US&${ids}#${fragment}`);
    expect(window.action.origin + window.action.pathname).toBe(`${CONTENT}/s/prechatVisitor`);
    expect(window.method.toUpperCase()).toBe('POST');
  });

  it('without a language it is empty', () => {
    expect(endpoint(start())).toBe(`${CONTENT}/s/chat?language=&${ids}#${fragment}`);
  });

  it('a chat page of the customer’s own', () => {
    expect(endpoint(start({ endpointUrl: 'https://shop.example/chat.html', language: 'de' }))).toBe(
      `https://shop.example/chat.html?language=de&${ids}#${fragment}`,
    );
  });

  it.each([['https://shop.example/pre'], ['https://shop.example/pre?lang=de']])(
    'a pre-chat page %s gets the chat page, always after a ?',
    (prechatUrl) => {
      expect(endpoint(start({ prechatUrl, language: 'en_US' }))).toBe(
        `${prechatUrl}?endpoint=${encodeURIComponent(`${CONTENT}/s/chat?language=en_US&${ids}#${fragment}`)}`,
      );
    },
  );

  it('a person, and the fall back to the button', () => {
    const window = start({}, (api) => api.startChatWithWindow(BUTTON, 'w', AGENT, true));
    expect(endpoint(window)).toBe(
      `${CONTENT}/s/chat?language=&${ids}&agent_id=${AGENT}#deployment_id=${DEPLOYMENT}&org_id=${ORG}&button_id=${BUTTON}&agent_id=${AGENT}&do_fallback=1&session_id=${SESSION}`,
    );
    server = freshPage();
    const without = start({}, (api) => api.startChatWithWindow(BUTTON, 'w', AGENT));
    expect(endpoint(without)).not.toContain('do_fallback');
  });

  it('behind a proxy', () => {
    begin((api) => {
      api.showWhenOnline(BUTTON, element());
      api.addURLPrefix('https://proxy.example/');
    });
    server.settings([{ id: BUTTON, isAvailable: true }], { prefixKey: 'k&1' });
    liveagent().startChat(BUTTON);
    expect(opened[0]!.action.href.startsWith(`https://proxy.example/${CONTENT}/s/prechatVisitor?endpoint=`)).toBe(true);
    expect(endpoint(opened[0]!)).toBe(
      `https://proxy.example/${CONTENT}/s/chat?language=&${ids}&proxy=${encodeURIComponent('https://proxy.example/')}` +
        `&proxyKey=k%261#${fragment}`,
    );
  });
});

describe('the window', () => {
  it('has the documented size and none of the bars', () => {
    expect(start()).toMatchObject({ url: '', features: 'height=450,width=482,menubar=no,toolbar=no,location=no,personalbar=no' });
  });

  it('has the size of the page’s own, given any time before, also as text', () => {
    const window = start({}, (api) => {
      api.setChatWindowHeight('600');
      api.setChatWindowWidth(320);
      api.startChat(BUTTON);
    });
    expect(window.features).toContain('height=600,width=320,');
  });

  it('gets a name each time, or that of the call, and the form goes there', () => {
    const first = start();
    liveagent().startChat(BUTTON);
    expect(opened[1]!.name).not.toBe(first.name);
    expect(first.name).toMatch(/^liveagent\d+$/);
    expect(first.target).toBe(first.name);
    liveagent().startChatWithWindow(BUTTON, 'support');
    expect([opened[2]!.name, opened[2]!.target]).toEqual(['support', 'support']);
    expect(document.querySelector('form')).toBeNull();
  });

  it('leaves a mark that a chat was opened', () => {
    start();
    expect(cookie('liveagent_chatted')).toBe('1');
  });
});

describe('the form', () => {
  it('carries ids, cookies, details, records and pages', () => {
    vi.setSystemTime(new Date('2026-03-01T10:00:00Z'));
    const { fields } = start({}, (api) => {
      vi.advanceTimersByTime(4000);
      api.startChat(BUTTON);
    });
    const { pages, det, ent, ...others } = fields;
    expect(others).toEqual({ deploymentId: DEPLOYMENT, orgId: ORG, sid: SESSION, ptid: SESSION, vc: '2', oref: '', sessionStart: '4001' });
    expect([det, ent]).toEqual(['[]', '[]']);
    expect(JSON.parse(pages!)).toEqual([{ location: 'https://shop.example/cart?item=7', time: '4001' }]);
  });

  it('its fields are in the documented order', () => {
    const { fields } = start({}, undefined, (api) => api.setName('Ada'));
    expect(Object.keys(fields)).toEqual([
      'deploymentId',
      'orgId',
      'sid',
      'ptid',
      'vc',
      'oref',
      'det',
      'ent',
      'pages',
      'sessionStart',
      'visitorName',
    ]);
  });

  it('pages of the session, newest first, at most 25, under the names of the old script', () => {
    let window!: Opened;
    for (let page = 1; page <= 30; page++) {
      const stored = Object.fromEntries(Object.entries(localStorage));
      server = freshPage(`https://shop.example/${page}`);
      vi.setSystemTime(new Date(Date.parse('2026-03-01T10:00:00Z') + page * 10_000));
      for (const [name, value] of Object.entries(stored)) localStorage.setItem(name, value);
      document.cookie = `liveagent_sid=${SESSION}; path=/`;
      window = start();
    }
    const pages = JSON.parse(window.fields['pages']!) as { location: string; time: string }[];
    expect(pages).toHaveLength(25);
    expect(pages[0]!.location).toBe('https://shop.example/30');
    expect(pages[24]!.location).toBe('https://shop.example/6');
    expect(pages.every(({ time }) => typeof time === 'string')).toBe(true);
    expect(Number(pages[1]!.time) - Number(pages[0]!.time)).toBe(10_000);
    expect(window.fields['sessionStart']).toBe('290001');
    expect([localStorage.getItem('liveAgentSid'), localStorage.getItem('liveAgentPc')]).toEqual([SESSION, '30']);
    expect(localStorage.getItem('liveAgentPage_30')).toBe('https://shop.example/30');
    expect(localStorage.getItem('liveAgentPage_5')).toBeNull();
    expect(localStorage.getItem('liveAgentPageTime_5')).toBeNull();
  });

  it('a new session begins a new history', () => {
    localStorage.setItem('liveAgentSid', 'another');
    localStorage.setItem('liveAgentPc', '7');
    localStorage.setItem('liveAgentPage_7', 'https://shop.example/old');
    const { fields } = start();
    expect(JSON.parse(fields['pages']!)).toHaveLength(1);
    expect(localStorage.getItem('liveAgentPage_7')).toBeNull();
  });

  it('a history that somebody spoilt is begun anew', () => {
    localStorage.setItem('liveAgentSid', SESSION);
    localStorage.setItem('liveAgentPc', 'many');
    localStorage.setItem('liveAgentStart', '-7');
    const { fields } = start();
    expect(JSON.parse(fields['pages']!)).toHaveLength(1);
    expect(Number(fields['sessionStart'])).toBeGreaterThanOrEqual(0);
  });

  it('hostile text goes as it is, inert: it is the value of a field', () => {
    const hostile = '"><script>alert(1)</script>\u202e\u0000' + 'x'.repeat(1_000_000);
    const { fields } = start({}, undefined, (api) => {
      api.addCustomDetail(hostile, hostile);
      api.setName(hostile);
    });
    expect(JSON.parse(fields['det']!)[0]).toMatchObject({ label: hostile, value: hostile });
    expect(document.querySelectorAll('script[src]')).toHaveLength(1);
    expect(document.querySelectorAll('script:not([src])')).toHaveLength(0);
  });

  it('a page address of a megabyte is cut', () => {
    server = freshPage(`https://shop.example/?${'q'.repeat(1_000_000)}`);
    expect(start().fields['pages']!.length).toBeLessThan(3000);
  });
});
