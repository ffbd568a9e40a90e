// What the destination does with a page's events, on the real deployment.js (docs/segment.md; deployment_segment.md 10).
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { destination } from '../../src/destination/plugin';
import { BUTTON, DEPLOYMENT, element, ENDPOINT, liveagent, load, ORG, windows, type FakeServer, type Opened } from '../deployment/page';
import { arrives, FakeAnalytics, freshPage, onPage, OWN, said, SCRIPT, scripts, SETTINGS } from './page';

let server: FakeServer;
let opened: Opened[];
let console: ReturnType<typeof said>;
let analytics: FakeAnalytics;
let posted: { url: string; fields: URLSearchParams }[];

beforeEach(() => {
  server = freshPage();
  opened = windows();
  console = said();
  analytics = new FakeAnalytics();
  posted = [];
  vi.stubGlobal('fetch', (url: string, { body }: { body: URLSearchParams }) => {
    posted.push({ url, fields: body });
    return Promise.resolve(new Response(null, { status: 204 }));
  });
});

/** The destination is on the page, and so is the script. */
async function ready(settings: object = SETTINGS): Promise<void> {
  const loading = analytics.register(destination(settings, OWN));
  await arrives(server);
  await loading;
}

function shown(): void {
  liveagent().showWhenOnline(BUTTON, element());
}

/** The server answers the first call that `init` led to. */
function answered(): void {
  vi.advanceTimersByTime(1);
  expect(server.last, 'the page was initialised').toContain('/rest/');
  server.settings([{ id: BUTTON, isAvailable: true }]);
}

/** The visitor clicks, and this goes to the chat window. */
function clicked(): { details: [string, unknown][]; entities: string[]; name: string | undefined } {
  liveagent().startChat(BUTTON);
  return told(new URLSearchParams(opened.at(-1)!.fields));
}

function told(fields: URLSearchParams): ReturnType<typeof clicked> {
  return {
    details: JSON.parse(fields.get('det')!).map(({ label, value }: any) => [label, value]),
    entities: JSON.parse(fields.get('ent')!).map(({ entityName }: any) => entityName),
    name: fields.get('visitorName') ?? undefined,
  };
}

const ADA = { email: 'ada@example.com', phone: '1', firstName: 'Ada', lastName: 'Lovelace' };

describe('loading', () => {
  it('brings deployment.js to every page, and initialises nothing', async () => {
    await ready();
    expect(scripts(server).map(({ src }) => src)).toEqual([SCRIPT]);
    vi.advanceTimersByTime(120_000);
    expect(server.calls).toHaveLength(1);
    expect(liveagent().isInitialized()).toBe(false);
    expect(analytics.plugin.isLoaded()).toBe(true);
  });

  it('once, whoever asks: another destination, the page itself', async () => {
    const second = new FakeAnalytics();
    const first = analytics.register(destination(SETTINGS, OWN));
    onPage(scripts(server)[0]!);
    const other = second.register(destination(SETTINGS, OWN));
    await arrives(server);
    await Promise.all([first, other]);
    expect(scripts(server)).toHaveLength(1);

    server = freshPage();
    load();
    await new FakeAnalytics().register(destination(SETTINGS, OWN));
    expect(scripts(server)).toHaveLength(0);
  });

  it('tries again at the event where it failed, and says so until then', async () => {
    const loading = analytics.register(destination(SETTINGS, OWN));
    server.fail();
    await expect(loading).rejects.toThrow('could not be loaded');
    expect(analytics.plugin.isLoaded()).toBe(false);
    analytics.started({ subject: 'A' });
    expect(scripts(server)).toHaveLength(2);
    await arrives(server);
    expect(liveagent().isInitialized()).toBe(true);
  });

  it('says which setting is no address', async () => {
    await expect(analytics.register(destination({ ...SETTINGS, hostname: 'javascript:alert(1)' }, OWN))).rejects.toThrow('hostname');
    expect(server.calls).toHaveLength(0);
  });

  it('gives the script the nonce of ours', () => {
    void analytics.register(destination(SETTINGS, { ...OWN, nonce: 'abc' }));
    expect(scripts(server)[0]!.nonce).toBe('abc');
  });
});

describe('the event', () => {
  it('makes the chat ready with what is known, and opens nothing', async () => {
    await ready();
    shown();
    analytics.identify(ADA);
    analytics.groups({ name: 'Engines' });
    vi.advanceTimersByTime(120_000);
    expect(server.calls).toHaveLength(1);
    analytics.started({ subject: 'It stands still' });
    answered();
    expect(server.last).toContain(`deployment_id=${DEPLOYMENT}&org_id=${ORG}`);
    expect(server.last.startsWith(`${ENDPOINT}/rest/`)).toBe(true);
    expect(opened).toHaveLength(0);
    expect(console.infos.join()).toContain(BUTTON);
    expect(clicked()).toEqual({
      details: [
        ['E-mail', 'ada@example.com'],
        ['Telephone', '1'],
        ['Subject', 'It stands still'],
        ['Company', 'Engines'],
      ],
      entities: ['Contact', 'Case', 'Account'],
      name: 'Ada Lovelace',
    });
    expect(console.warnings).toEqual([]);
  });

  it('waits for the script without holding up the page’s other events', async () => {
    const loading = analytics.register(destination(SETTINGS, OWN));
    analytics.identify(ADA);
    analytics.started({ subject: 'A' });
    await arrives(server);
    await loading;
    shown();
    answered();
    expect(clicked().entities).toEqual(['Contact', 'Case']);
  });

  it('of another name, or of our own making, does nothing', async () => {
    await ready();
    analytics.track('Live chat conversation started');
    analytics.track('Live Chat Conversation Ended');
    analytics.track('Live Chat Conversation Started', {}, { integration: { name: 'Switchboard' } });
    expect(liveagent().isInitialized()).toBe(false);
  });

  it('names the button that nobody can click, where the page shows none', async () => {
    await ready();
    analytics.identify(ADA);
    analytics.groups({ name: 'Engines' });
    analytics.started({ subject: 'A' });
    vi.advanceTimersByTime(1);
    expect(console.warnings).toHaveLength(1);
    expect(console.warnings[0]).toContain('showWhenOnline');
  });

  it('enables logging after init, where it is set', async () => {
    const logged = vi.spyOn(globalThis.console, 'log').mockReturnValue();
    await ready({ ...SETTINGS, enableLogging: 'true' });
    analytics.started({ subject: 'A' });
    answered();
    expect(logged.mock.calls.flat().join()).not.toContain('System initialized');
    expect(logged.mock.calls.flat().join()).toContain('LIVE AGENT: ');
  });

  it('says what deployment.js refuses', async () => {
    await ready({ ...SETTINGS, deploymentId: '1111D00000000FT' });
    analytics.started({ subject: 'A' });
    expect(console.warnings.at(-1)).toContain('Invalid DeploymentId Parameter Value: 1111D00000000FT');
  });
});

describe('broken rules', () => {
  it('a missing trait is left out with a warning that names it', async () => {
    await ready();
    shown();
    analytics.identify({ email: 'ada@example.com', phone: null });
    analytics.started({ subject: 'A' });
    answered();
    expect(clicked().details.map(([label]) => label)).toEqual(['E-mail', 'Subject']);
    expect(console.warnings.filter((text) => text.includes('traits.phone'))).toHaveLength(1);
  });

  it('strict mode refuses it, and a later event that has it is taken', async () => {
    await ready({ ...SETTINGS, strict: true });
    analytics.identify({ email: 'ada@example.com' });
    expect(() => analytics.started({ subject: 'A' })).toThrow('traits.phone');
    expect(liveagent().isInitialized()).toBe(false);
    analytics.identify({ phone: '1' });
    expect(liveagent().isInitialized(), 'identify alone begins nothing').toBe(false);
    analytics.started({ subject: 'A' });
    expect(liveagent().isInitialized()).toBe(true);
  });

  it('an event before identify and group names the missing calls, makes the chat ready, and is completed by them', async () => {
    await ready();
    shown();
    analytics.started({ subject: 'A' });
    expect(console.warnings.filter((text) => /analytics\.(identify|group)/.test(text))).toHaveLength(2);
    answered();
    analytics.identify(ADA);
    analytics.groups({ name: 'Engines' });
    expect(clicked()).toMatchObject({ entities: ['Contact', 'Case', 'Account'], name: 'Ada Lovelace' });
    expect(posted).toEqual([]);
  });

  it('what becomes known after the visitor has clicked goes to the server', async () => {
    await ready();
    shown();
    analytics.started({ subject: 'A' });
    answered();
    expect(clicked().entities).toEqual(['Case']);
    analytics.identify(ADA);
    expect(posted).toHaveLength(1);
    expect(posted[0]!.url).toBe('https://c.chat.example/content/s/prechatVisitor');
    expect(told(posted[0]!.fields)).toMatchObject({ entities: ['Contact', 'Case'], name: 'Ada Lovelace' });
    expect(posted[0]!.fields.get('sid')).toBe(opened[0]!.fields['sid']);
  });

  it('a page that is initialised already is not initialised again, and what is known is delivered', async () => {
    await ready();
    shown();
    liveagent().init(ENDPOINT, DEPLOYMENT, ORG);
    liveagent().addCustomDetail('Subject', 'the page’s own');
    answered();
    const calls = server.calls.length;
    const init = vi.spyOn(liveagent() as { init(): void }, 'init');
    analytics.identify(ADA);
    analytics.started({ subject: 'the event’s', more: 1 });
    expect(init).not.toHaveBeenCalled();
    expect(server.calls).toHaveLength(calls);
    const { details, entities } = clicked();
    expect(entities).toEqual(['Contact', 'Case']);
    expect(details.filter(([label]) => label === 'Subject')).toEqual([['Subject', 'the page’s own']]);
  });

  it('a second event is added to the first', async () => {
    await ready({
      ...SETTINGS,
      caseMappings: [...SETTINGS.caseMappings, { property: 'order', label: 'Order', fieldName: '', displayToAgent: true }],
    });
    shown();
    analytics.identify(ADA);
    analytics.started({ subject: 'A', order: 7 });
    answered();
    analytics.started({ subject: 'B' });
    expect(clicked().details.slice(-2)).toEqual([
      ['Subject', 'B'],
      ['Order', '7'],
    ]);
  });

  it('a script of another server takes what there is, once', async () => {
    await ready();
    for (const name of ['setVisitorDetails', 'isInitialized', 'buttonIds', 'forgetVisitor']) delete liveagent()[name];
    shown();
    analytics.identify(ADA);
    analytics.started({ subject: 'A' });
    answered();
    analytics.started({ subject: 'B' });
    expect(console.warnings.at(-1)).toContain('too late');
    expect(clicked()).toMatchObject({ entities: ['Contact', 'Case'], name: 'Ada Lovelace' });
    expect(clicked().details).toContainEqual(['Subject', 'A']);
  });
});

describe('who it is', () => {
  it.each([
    ['a cookie', () => (document.cookie = 'ajs_anonymous_id=device-1; path=/')],
    ['an older cookie', () => (document.cookie = `ajs_anonymous_id=${encodeURIComponent('"device-1"')}; path=/`)],
    ['the storage', () => localStorage.setItem('ajs_anonymous_id', '"device-1"')],
  ])('the browser by analytics.js’s own name for it, from %s', async (_, keep) => {
    keep();
    await ready();
    shown();
    analytics.started({ subject: 'A' });
    answered();
    clicked();
    expect(opened[0]!.fields).toMatchObject({ device: 'device-1' });
    expect(opened[0]!.fields).not.toHaveProperty('user');
  });

  it('not where optional cookies are forbidden', async () => {
    document.cookie = 'ajs_anonymous_id=device-1; path=/';
    await ready();
    liveagent().disableOptionalCookies();
    shown();
    analytics.started({ subject: 'A' });
    answered();
    clicked();
    expect(opened[0]!.fields).not.toHaveProperty('device');
  });

  it('the user with a signature, told to a chat that is open, and forgotten at a reset', async () => {
    await ready();
    shown();
    analytics.started({ subject: 'A' });
    answered();
    liveagent().setUser('user-1', undefined);
    clicked();
    expect(opened[0]!.fields).not.toHaveProperty('user');
    liveagent().setUser('user-1', 'abc');
    expect(Object.fromEntries(posted.at(-1)!.fields)).toMatchObject({ user: 'user-1', userSignature: 'abc' });
    analytics.reset();
    server.answer(['VisitorId', { sessionId: 'another' }], ['Settings', { buttons: [{ id: BUTTON, isAvailable: true }] }]);
    clicked();
    expect(opened.at(-1)!.fields).not.toHaveProperty('user');
  });
});

describe('reset', () => {
  it('nothing of the last visitor goes with the next one’s chat', async () => {
    await ready();
    shown();
    analytics.identify(ADA);
    analytics.started({ subject: 'A' });
    answered();
    clicked();
    analytics.reset();
    // A session of their own is asked for at once.
    expect(server.last).toContain('nouns=VisitorId,Settings');
    expect(server.last).not.toContain('chatted=1');
    server.answer(
      ['VisitorId', { sessionId: 'another' }],
      ['Settings', { pingRate: 50_000, buttons: [{ id: BUTTON, isAvailable: true }] }],
    );
    analytics.identify({ email: 'grace@example.com' });
    expect(posted, 'identify alone says nothing').toEqual([]);
    expect(clicked()).toEqual({ details: [], entities: [], name: undefined });
    expect(opened.at(-1)!.fields['sid']).toBe('another');
  });

  it('before the first answer came', async () => {
    document.cookie = 'liveagent_sid=of-the-last; path=/';
    await ready();
    shown();
    analytics.identify(ADA);
    analytics.started({ subject: 'A' });
    vi.advanceTimersByTime(1);
    expect(server.last).toContain('sid=of-the-last');
    analytics.reset();
    server.settings([{ id: BUTTON, isAvailable: true }]);
    expect(server.last).toContain('nouns=VisitorId,Settings');
    server.settings([{ id: BUTTON, isAvailable: true }]);
    expect(clicked().details).toEqual([]);
  });
});

describe('_laq', () => {
  it('runs where the destination brings the script, so that a page may initialise there', async () => {
    (window as any)._laq = [
      () => {
        shown();
        liveagent().setChatWindowWidth(600);
        liveagent().init(ENDPOINT, DEPLOYMENT, ORG);
      },
    ];
    await ready();
    vi.advanceTimersByTime(1);
    answered();
    liveagent().startChat(BUTTON);
    expect(opened[0]!.features).toContain('width=600');
    expect(server.urls.filter((url) => url.includes('nouns='))).toHaveLength(1);
  });
});
