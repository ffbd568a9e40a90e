// deployment_segment.md 2: the life of the script on a page.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  begin,
  BUTTON,
  cookie,
  DEPLOYMENT,
  element,
  ENDPOINT,
  freshPage,
  liveagent,
  load,
  ORG,
  SESSION,
  setReadyState,
  type FakeServer,
} from './page';

let server: FakeServer;
beforeEach(() => {
  server = freshPage();
});

describe('loading', () => {
  it('twice is harmless, and anew once the page took the mark away', () => {
    load();
    const { init } = liveagent();
    load();
    expect(liveagent().init).toBe(init);
    (window as any).liveAgentDeployment = false;
    delete (window as any).liveagent;
    load();
    expect(liveagent().init).toBeTypeOf('function');
    expect(liveagent().init).not.toBe(init);
  });

  it('extends an object that is there', () => {
    const own = { ownField: 7 };
    (window as any).liveagent = own;
    load();
    expect((window as any).liveagent).toBe(own);
    expect(liveagent().ownField).toBe(7);
  });

  it('a script that was taken away makes no more calls and touches no button', () => {
    const online = element();
    begin((api) => api.showWhenOnline(BUTTON, online));
    server.settings([{ id: BUTTON, type: 'Standard', isAvailable: true }]);
    (window as any).liveAgentDeployment = false;
    delete (window as any).liveagent;
    vi.advanceTimersByTime(200_000);
    expect(server.calls).toHaveLength(1);
    expect(online.style.display).toBe('');
  });
});

describe('init', () => {
  it.each([
    [[7, 'x', 'y'], 'The url to init must be strings'],
    [[undefined, DEPLOYMENT, ORG], 'The url to init must be strings'],
    [[ENDPOINT, '573000000000001', '00X000000000001'], 'Invalid OrganizationId Parameter Value: 00X000000000001'],
    [[ENDPOINT, DEPLOYMENT, '00D00000000001'], 'Invalid OrganizationId Parameter Value: 00D00000000001'],
    [[ENDPOINT, DEPLOYMENT, '00D0000000000011'], 'Invalid OrganizationId Parameter Value: 00D0000000000011'],
    [[ENDPOINT, '573000000000001', ORG], 'Invalid DeploymentId Parameter Value: 573000000000001'],
    [[ENDPOINT, undefined, ORG], 'Invalid DeploymentId Parameter Value: undefined'],
  ])('%j is refused: %s', (args, message) => {
    load();
    expect(() => liveagent().init(...args)).toThrow(message);
    vi.advanceTimersByTime(10);
    expect(server.calls).toHaveLength(0);
  });

  it('takes ids of 18 characters', () => {
    load();
    liveagent().init(ENDPOINT, `${DEPLOYMENT}AAA`, `${ORG}AAA`);
    vi.advanceTimersByTime(1);
    expect(server.last).toContain(`deployment_id=${DEPLOYMENT}AAA&org_id=${ORG}AAA`);
  });

  it('calls only after the page was read, once', () => {
    setReadyState('loading');
    load();
    liveagent().init(ENDPOINT, DEPLOYMENT, ORG);
    vi.advanceTimersByTime(1000);
    expect(server.calls).toHaveLength(0);
    document.dispatchEvent(new Event('DOMContentLoaded'));
    window.dispatchEvent(new Event('load'));
    expect(server.calls).toHaveLength(1);
  });

  it('calls a millisecond later on a page that is complete', () => {
    load();
    liveagent().init(ENDPOINT, DEPLOYMENT, ORG);
    expect(server.calls).toHaveLength(0);
    vi.advanceTimersByTime(1);
    expect(server.calls).toHaveLength(1);
  });

  it('its fourth argument false forbids optional cookies, true and none allow them', () => {
    load();
    liveagent().init(ENDPOINT, DEPLOYMENT, ORG, false);
    vi.advanceTimersByTime(1);
    server.settings();
    expect(document.cookie).toBe('');
    expect(localStorage).toHaveLength(0);
    expect(liveagent().getSid()).toBe(SESSION);

    server = freshPage();
    load();
    liveagent().init(ENDPOINT, DEPLOYMENT, ORG, true);
    vi.advanceTimersByTime(1);
    server.settings();
    expect(cookie('liveagent_sid')).toBe(SESSION);
  });
});

describe('_laq', () => {
  it('runs in order when the page was read, before the first call; what is pushed later never runs', () => {
    const ran: string[] = [];
    (window as any)._laq = [() => ran.push(`first of ${server.calls.length}`), 'no function', () => ran.push('second')];
    begin();
    expect(ran).toEqual(['first of 0', 'second']);
    expect(Array.isArray((window as any)._laq)).toBe(true);
    (window as any)._laq.push(() => ran.push('late'));
    server.settings();
    vi.advanceTimersByTime(60_000);
    expect(ran).toHaveLength(2);
  });

  it('may register buttons and details', () => {
    const online = element();
    (window as any)._laq = [
      () => {
        liveagent().showWhenOnline(BUTTON, online);
        liveagent().addCustomDetail('A', 'b');
      },
    ];
    begin();
    expect(server.last).toContain(`Settings.buttonIds=[${BUTTON}]`);
  });

  it('a function of the page that fails is reported, and the others run', () => {
    const second = vi.fn();
    (window as any)._laq = [
      () => {
        throw new Error('the page’s own');
      },
      second,
    ];
    load();
    liveagent().init(ENDPOINT, DEPLOYMENT, ORG);
    expect(() => vi.advanceTimersByTime(10)).toThrow('the page’s own');
    expect(second).toHaveBeenCalledOnce();
    expect(server.calls).toHaveLength(1);
  });
});

describe('once the first answer came', () => {
  it.each([
    ['showWhenOnline', [BUTTON, document.createElement('a')], 'You cannot add a button after page initialization'],
    ['showWhenOffline', [BUTTON, document.createElement('a')], 'You cannot add a button after page initialization'],
    ['addCustomDetail', ['A', 'b'], 'You cannot add a detail after page initialization'],
    ['setName', ['Ada'], 'You cannot set the name after page initialization'],
    ['findOrCreate', ['Contact'], 'You cannot find or create a record after page initialization'],
    ['addURLPrefix', ['https://proxy.example/'], 'You cannot add a prefix after page initialization'],
  ])('%s throws', (name, args, message) => {
    begin();
    expect(() => liveagent()[name](...args)).not.toThrow();
    server.settings();
    expect(() => liveagent()[name](...args)).toThrow(message);
  });

  it.each([
    ['setChatWindowHeight', [100]],
    ['setChatWindowWidth', ['100']],
    ['addButtonEventHandler', [BUTTON, () => undefined]],
    ['setCustomVariable', ['a', 1]],
    ['enableLogging', []],
    ['setLocation', ['https://elsewhere.example/']],
    ['disableOptionalCookies', []],
    ['rejectChat', [BUTTON]],
  ])('%s does not', (name, args) => {
    vi.spyOn(console, 'log').mockReturnValue();
    begin();
    server.settings();
    expect(() => liveagent()[name](...args)).not.toThrow();
  });
});

describe('the ping', () => {
  it('comes at the rate of the settings', () => {
    begin();
    server.settings([], { pingRate: 30_000 });
    vi.advanceTimersByTime(29_999);
    expect(server.calls).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(server.calls).toHaveLength(2);
    server.availability();
    vi.advanceTimersByTime(30_000);
    expect(server.calls).toHaveLength(3);
  });

  it.each([[undefined], [0], [-1], ['soon'], [NaN]])('a rate of %s is the documented one', (pingRate) => {
    begin();
    server.settings([], { pingRate });
    vi.advanceTimersByTime(49_999);
    expect(server.calls).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(server.calls).toHaveLength(2);
  });

  it.each<[string, () => void]>([
    ['no answer within five seconds', () => vi.advanceTimersByTime(5000)],
    ['an error message', () => server.answer(['Error', { text: 'gone' }])],
    ['an error call', () => liveagent()._.error('gone')],
    ['a network error', () => server.fail()],
    ['a script that is no answer', () => server.calls[server.calls.length - 1]!.onload!(new Event('load'))],
    ['disconnect()', () => liveagent().disconnect()],
  ])('%s ends it for good and sets every button offline', (_, happens) => {
    const [online, offline] = [element('on'), element('off')];
    const events: string[] = [];
    begin((api) => {
      api.showWhenOnline(BUTTON, online);
      api.showWhenOffline(BUTTON, offline);
      api.addButtonEventHandler(BUTTON, (event: string) => events.push(event));
    });
    server.settings([{ id: BUTTON, isAvailable: true }]);
    vi.advanceTimersByTime(50_000);
    expect(server.calls).toHaveLength(2);
    expect([online.style.display, offline.style.display]).toEqual(['', 'none']);
    happens();
    expect([online.style.display, offline.style.display]).toEqual(['none', '']);
    expect(events).toEqual(['BUTTON_AVAILABLE', 'BUTTON_UNAVAILABLE']);
    vi.advanceTimersByTime(500_000);
    server.availability([BUTTON, true]);
    expect(server.calls).toHaveLength(2);
    expect(online.style.display).toBe('none');
  });

  it('an answer just in time keeps it', () => {
    begin();
    vi.advanceTimersByTime(4999);
    server.settings();
    vi.advanceTimersByTime(50_000);
    expect(server.calls).toHaveLength(2);
  });
});
