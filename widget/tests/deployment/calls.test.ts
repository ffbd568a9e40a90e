// deployment_segment.md 3: the calls, letter by letter, and what is made of the answers.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  AGENT,
  begin,
  BUTTON,
  cookie,
  DEPLOYMENT,
  element,
  ENDPOINT,
  freshPage,
  INVITE,
  liveagent,
  ORG,
  OTHER,
  SESSION,
  windows,
  type FakeServer,
} from './page';

const tail = (version: number) => `callback=liveagent._.handlePing&deployment_id=${DEPLOYMENT}&org_id=${ORG}&version=${version}`;

let server: FakeServer;
beforeEach(() => {
  server = freshPage();
  vi.spyOn(Math, 'random').mockReturnValue(0.4567);
});

describe('calls', () => {
  it('the first without a session', () => {
    begin((api) => {
      api.showWhenOnline(BUTTON, element());
      api.showWhenOffline(BUTTON, element());
      api.showWhenOnline(OTHER, element());
    });
    expect(server.urls).toEqual([
      `${ENDPOINT}/rest/System/MultiNoun.jsonp?nouns=VisitorId,Settings&VisitorId.prefix=Visitor&Settings.prefix=Visitor` +
        `&Settings.buttonIds=[${BUTTON},${OTHER}]&Settings.updateBreadcrumb=1&Settings.urlPrefix=undefined&${tail(43)}`,
    ]);
  });

  it('the first with a session', () => {
    document.cookie = `liveagent_sid=${SESSION}; path=/`;
    begin();
    expect(server.last).toBe(
      `${ENDPOINT}/rest/Visitor/Settings.jsonp?sid=${SESSION}&Settings.prefix=Visitor&Settings.buttonIds=[]` +
        `&Settings.updateBreadcrumb=1&Settings.urlPrefix=undefined&${tail(43)}`,
    );
  });

  it('the first of a visitor who opened a chat', () => {
    document.cookie = 'liveagent_chatted=1; path=/';
    begin();
    expect(server.last).toContain('/rest/System/MultiNoun.jsonp?chatted=1&nouns=VisitorId,Settings&');
    server.settings();
    vi.advanceTimersByTime(50_000);
    expect(server.last).toBe(
      `${ENDPOINT}/rest/Visitor/Availability.jsonp?sid=${SESSION}&chatted=1&r=456&Availability.prefix=Visitor&Availability.ids=[]&${tail(43)}`,
    );

    server = freshPage();
    document.cookie = 'liveagent_chatted=1; path=/';
    document.cookie = `liveagent_sid=${SESSION}; path=/`;
    begin();
    expect(server.last).toContain(`/rest/Visitor/Settings.jsonp?chatted=1&sid=${SESSION}&Settings.prefix=`);
  });

  it('the later ones ask for buttons and people, then pairs, then invitations', () => {
    begin((api) => {
      api.showWhenOnline(BUTTON, element(), AGENT);
      api.showWhenOnline(AGENT, element());
      api.showWhenOnline(OTHER, element());
    });
    expect(server.last).toContain(`Settings.buttonIds=[${AGENT},${OTHER},${AGENT}_${BUTTON}]`);
    server.settings([{ id: INVITE, type: 'Invite', inviteRenderer: 'Appear' }]);
    vi.advanceTimersByTime(50_000);
    expect(server.last).toBe(
      `${ENDPOINT}/rest/Visitor/Availability.jsonp?sid=${SESSION}&r=456&Availability.prefix=Visitor` +
        `&Availability.ids=[${AGENT},${OTHER},${AGENT}_${BUTTON},${INVITE}]&${tail(43)}`,
    );
  });

  it.each([
    ['g/js/31.0/deployment.js', 31, false],
    ['g/js/36.0/deployment.js', 36, true],
    ['g/js/58.0/deployment.js', 58, true],
    ['g/js/29.0/deployment.js?cache=1', 29, false],
    ['g/deployment.js', 28, false],
  ])('%s calls itself version %i', (path, version, prefix) => {
    begin(undefined, path);
    expect(server.last.endsWith(`&version=${version}`)).toBe(true);
    expect(server.last.includes('Settings.urlPrefix=undefined')).toBe(prefix);
  });

  it('an endpoint may end with a slash', () => {
    begin((api) => api.init(`${ENDPOINT}/`, DEPLOYMENT, ORG));
    expect(server.last.startsWith(`${ENDPOINT}/rest/`)).toBe(true);
  });

  it('a prefix goes before the endpoint and into the call', () => {
    begin((api) => api.addURLPrefix('https://proxy.example/'));
    expect(server.last.startsWith(`https://proxy.example/${ENDPOINT}/rest/`)).toBe(true);
    expect(server.last).toContain('&Settings.urlPrefix=https://proxy.example/&');
  });

  it('sends the whole address of the page, from which the server learns where the visitor is', () => {
    begin();
    expect(server.calls[0]!.referrerPolicy).toBe('no-referrer-when-downgrade');
  });

  it('a session that somebody made up does not come into an address', () => {
    document.cookie = 'liveagent_sid=x&callback=alert; path=/';
    begin();
    expect(server.last).toContain('nouns=VisitorId,Settings');
    expect(server.last).not.toContain('alert');
  });
});

describe('answers', () => {
  it('VisitorId: session, visit count and permanent id', () => {
    begin();
    server.settings();
    expect(liveagent().getSid()).toBe(SESSION);
    expect([cookie('liveagent_sid'), cookie('liveagent_vc'), cookie('liveagent_ptid')]).toEqual([SESSION, '2', SESSION]);
  });

  it('a second visit keeps the permanent id and counts on', () => {
    document.cookie = 'liveagent_ptid=first; path=/';
    document.cookie = 'liveagent_vc=6; path=/';
    begin();
    server.settings();
    expect([cookie('liveagent_ptid'), cookie('liveagent_vc')]).toEqual(['first', '7']);
  });

  it('Settings: availability, absent is false', () => {
    const shown = [BUTTON, OTHER].map((id) => {
      const pair = [element(), element()] as const;
      return { id, online: pair[0], offline: pair[1] };
    });
    begin((api) => {
      for (const { id, online, offline } of shown) {
        api.showWhenOnline(id, online);
        api.showWhenOffline(id, offline);
      }
    });
    server.settings([
      { id: BUTTON, type: 'Standard', isAvailable: true },
      { id: OTHER, type: 'Standard' },
    ]);
    expect(shown.map(({ online, offline }) => [online.style.display, offline.style.display])).toEqual([
      ['', 'none'],
      ['none', ''],
    ]);
  });

  it('a button that the server does not know stays as the page made it', () => {
    const [online, offline] = [element(), element()];
    begin((api) => {
      api.showWhenOnline(BUTTON, online);
      api.showWhenOffline(BUTTON, offline);
    });
    server.settings([{ id: 'unknown', isAvailable: true }]);
    expect([online.style.display, offline.style.display]).toEqual(['none', 'none']);
  });

  it('Availability: results by id, unknown ones ignored', () => {
    const online = element();
    begin((api) => api.showWhenOnline(BUTTON, online));
    server.settings([{ id: BUTTON, isAvailable: false }]);
    vi.advanceTimersByTime(50_000);
    server.availability(['573unknown', true], [BUTTON, true]);
    expect(online.style.display).toBe('');
    vi.advanceTimersByTime(50_000);
    server.availability([BUTTON, undefined]);
    expect(online.style.display).toBe('none');
  });

  it('SwitchServer: the new server is asked everything, as by a new visitor', () => {
    begin((api) => api.showWhenOnline(BUTTON, element()));
    server.answer(['SwitchServer', { newUrl: 'https://d.other.example/chat' }]);
    expect(server.calls).toHaveLength(2);
    expect(server.last).toContain(`https://d.other.example/chat/rest/System/MultiNoun.jsonp?nouns=VisitorId,Settings&`);
    server.settings();
    vi.advanceTimersByTime(50_000);
    expect(server.last).toContain('https://d.other.example/chat/rest/Visitor/Availability.jsonp?');
  });

  it('SwitchServer in the middle forgets the session', () => {
    begin();
    server.settings();
    vi.advanceTimersByTime(50_000);
    server.answer(['SwitchServer', { newUrl: 'https://d.other.example/chat' }]);
    expect(server.last).toContain('nouns=VisitorId,Settings');
    expect(cookie('liveagent_sid')).toBeUndefined();
  });

  it('SwitchServer without an address throws, and two servers that name each other are left', () => {
    begin();
    expect(() => server.answer(['SwitchServer', { newUrl: 7 }])).toThrow();
    server = freshPage();
    begin();
    for (let n = 0; n < 50; n++) server.answer(['SwitchServer', { newUrl: `https://d.${n % 2}.example/chat` }]);
    expect(server.calls).toHaveLength(11);
  });

  it('AsyncResult and what is unknown do nothing', () => {
    begin();
    server.answer(['AsyncResult', {}], ['Weather', { text: 'rain' }]);
    vi.advanceTimersByTime(50_000);
    expect(server.calls).toHaveLength(2);
  });

  it.each([
    [null],
    [undefined],
    ['text'],
    [{}],
    [{ messages: 7 }],
    [{ messages: [null, 7, { type: 'Settings' }, { type: 'Availability', message: { results: [null] } }] }],
  ])('an answer of %j breaks nothing', (answer) => {
    begin();
    expect(() => liveagent()._.handlePing(answer)).not.toThrow();
    vi.advanceTimersByTime(50_000);
    expect(server.calls).toHaveLength(2);
  });

  it('an answer that nobody asked for is not taken', () => {
    const online = element();
    begin((api) => api.showWhenOnline(BUTTON, online));
    server.settings([{ id: BUTTON, isAvailable: false }]);
    server.availability([BUTTON, true]);
    expect(online.style.display).toBe('none');
  });

  it('may set a permanent id and clear the storage', () => {
    begin();
    server.settings();
    expect(localStorage.getItem('liveAgentSid')).toBe(SESSION);
    liveagent()._.setNewPtid('another');
    liveagent()._.clearStorage();
    expect(cookie('liveagent_ptid')).toBe('another');
    expect(localStorage).toHaveLength(0);
  });
});

describe('cookies', () => {
  it('the first referrer stays, also when it is empty', () => {
    Object.defineProperty(document, 'referrer', { configurable: true, get: () => 'https://search.example/?q=a;b c,d' });
    begin();
    expect(decodeURIComponent(cookie('liveagent_oref')!)).toBe('https://search.example/?q=a;b c,d');
    server = freshPage();
    document.cookie = 'liveagent_oref=https://first.example/; path=/';
    const open = windows();
    begin((api) => api.showWhenOnline(BUTTON, element()));
    server.settings([{ id: BUTTON, isAvailable: true }]);
    liveagent().startChat(BUTTON);
    expect(open[0]!.fields['oref']).toBe('https://first.example/');
  });

  it('visit cookies live a year, the others until the browser is closed, all for the whole site', () => {
    const written: string[] = [];
    const jar = new Map<string, string>();
    Object.defineProperty(document, 'cookie', {
      configurable: true,
      get: () => Array.from(jar, ([name, value]) => `${name}=${value}`).join('; '),
      set: (line: string) => {
        written.push(line);
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
        jar.set(name!, value!);
      },
    });
    windows();
    begin((api) => api.showWhenOnline(BUTTON, element()));
    server.settings([{ id: BUTTON, isAvailable: true }]);
    liveagent().startChat(BUTTON);
    const life = (name: string) => [
      ...new Set(written.filter((line) => line.startsWith(`${name}=`)).map((line) => /max-age=(\d+)/.exec(line)?.[1] ?? 'session')),
    ];
    expect(['liveagent_ptid', 'liveagent_vc', 'liveagent_oref', 'liveagent_sid', 'liveagent_chatted'].map(life)).toEqual([
      ['31536000'],
      ['31536000'],
      ['31536000'],
      ['session'],
      ['session'],
    ]);
    for (const line of written) expect(line).toContain('path=/; samesite=lax');
    for (const line of written) expect(line).toContain('; secure');
  });

  it('disableOptionalCookies deletes them, wins over init, and the page goes on with what it knew', () => {
    begin();
    server.settings();
    liveagent().disableOptionalCookies();
    expect(document.cookie).toBe('');
    expect(localStorage).toHaveLength(0);
    liveagent().init(ENDPOINT, DEPLOYMENT, ORG, true);
    vi.advanceTimersByTime(50_000);
    expect(server.last).toContain(`sid=${SESSION}`);
    server.availability();
    expect(document.cookie).toBe('');
  });

  it('a browser without cookies still chats', () => {
    Object.defineProperty(document, 'cookie', { configurable: true, get: () => '', set: () => undefined });
    begin();
    server.settings();
    expect(liveagent().getSid()).toBe(SESSION);
    vi.advanceTimersByTime(50_000);
    expect(server.last).toContain(`sid=${SESSION}`);
  });
});
