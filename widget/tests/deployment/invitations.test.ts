// deployment_segment.md 5.2: automated invitations.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { begin, BUTTON, cookie, element, freshPage, INVITE, liveagent, OTHER, windows, type FakeServer } from './page';

let server: FakeServer;
beforeEach(() => {
  server = freshPage('https://shop.example/cart?item=7');
});

const IMAGE = 'https://shop.example/invite.png';
type Rule = [type: string, operator: string, value: string, name?: string];

const rules = (list: Rule[], filter?: string) =>
  JSON.stringify({
    rules: Object.fromEntries(list.map(([type, operator, value, name], n) => [n + 1, { order: n + 1, type, operator, value, name }])),
    filter,
  });

const invite = (more: object = {}) => ({
  id: INVITE,
  type: 'Invite',
  isAvailable: true,
  inviteRenderer: 'Appear',
  inviteStartPosition: 'TopLeft',
  inviteEndPosition: 'Center',
  inviteRejectTime: -1,
  hasInviteAfterAccept: false,
  hasInviteAfterReject: false,
  inviteImageUrl: IMAGE,
  ...more,
});

const shown = (id = INVITE): boolean => {
  const found = document.getElementById(`liveagent_invite_button_${id}`);
  return found !== null && found.style.display !== 'none';
};

const buttons = (id = INVITE): HTMLButtonElement[] =>
  Array.from(document.getElementById(`liveagent_invite_button_${id}`)!.shadowRoot!.querySelectorAll('button'));

function invited(more: object = {}, prepare?: (api: any) => void): boolean {
  begin(prepare);
  server.settings([invite(more)]);
  return shown();
}

describe('rules', () => {
  it.each<[Rule, boolean]>([
    [['NUMBER_OF_PAGE_VIEWS', 'EQUALS', '1'], true],
    [['NUMBER_OF_PAGE_VIEWS', 'NOT_EQUAL', '1'], false],
    [['NUMBER_OF_PAGE_VIEWS', 'LESS_THAN', '10'], true],
    [['NUMBER_OF_PAGE_VIEWS', 'LESS_THAN', '1'], false],
    [['NUMBER_OF_PAGE_VIEWS', 'GREATER_THAN', '0'], true],
    [['NUMBER_OF_PAGE_VIEWS', 'GREATER_THAN', '1'], false],
    [['NUMBER_OF_PAGE_VIEWS', 'LESS_OR_EQUAL', '1'], true],
    [['NUMBER_OF_PAGE_VIEWS', 'LESS_OR_EQUAL', '0'], false],
    [['NUMBER_OF_PAGE_VIEWS', 'GREATER_OR_EQUAL', '1'], true],
    [['NUMBER_OF_PAGE_VIEWS', 'GREATER_OR_EQUAL', '2'], false],
    [['URL_MATCH', 'EQUALS', 'https://shop.example/cart?item=7'], true],
    [['URL_MATCH', 'EQUALS', 'https://shop.example/cart'], false],
    [['URL_MATCH', 'NOT_EQUAL', 'https://shop.example/cart'], true],
    [['URL_MATCH', 'START_WITH', 'https://shop.example/'], true],
    [['URL_MATCH', 'START_WITH', 'shop'], false],
    [['URL_MATCH', 'CONTAINS', '/cart'], true],
    [['URL_MATCH', 'CONTAINS', '/checkout'], false],
    [['URL_MATCH', 'NOT_CONTAIN', '/checkout'], true],
    [['URL_MATCH', 'NOT_CONTAIN', '/cart'], false],
    [['CUSTOM_VARIABLE', 'GREATER_THAN', '9', 'cart'], true],
    [['CUSTOM_VARIABLE', 'LESS_THAN', '9', 'cart'], false],
    [['CUSTOM_VARIABLE', 'EQUALS', 'gold', 'tier'], true],
    [['CUSTOM_VARIABLE', 'EQUALS', '100', 'nothing'], false],
    [['CUSTOM_VARIABLE', 'NOT_EQUAL', '100', 'nothing'], false],
    [['WEATHER', 'EQUALS', 'rain'], false],
    [['URL_MATCH', 'MATCHES', '.*'], false],
  ])('%j is %s', (rule, holds) => {
    vi.spyOn(console, 'warn').mockReturnValue();
    expect(
      invited({ inviteRules: rules([rule]) }, (api) => {
        api.setCustomVariable('cart', 100);
        api.setCustomVariable('tier', 'gold');
      }),
    ).toBe(holds);
  });

  const yes: Rule = ['URL_MATCH', 'CONTAINS', 'shop'];
  const no: Rule = ['URL_MATCH', 'CONTAINS', 'elsewhere'];
  it.each<[string, Rule[], string | undefined, boolean]>([
    ['none', [], undefined, true],
    ['all of them without a filter', [yes, yes], undefined, true],
    ['all of them without a filter', [yes, no], undefined, false],
    ['AND', [yes, no], 'AND(1,2)', false],
    ['OR', [yes, no], 'OR(1,2)', true],
    ['NOT', [no], 'NOT(1)', true],
    ['nested', [yes, no, no], 'AND(1,NOT(OR(2,3)))', true],
    ['in small letters and with spaces', [yes, no], ' and( 1 , not(2) ) ', true],
    ['one rule of several', [no, yes], '2', true],
    ['a rule that there is not', [yes], 'AND(1,7)', false],
    ['what cannot be read', [yes], 'AND(1', false],
    ['what cannot be read', [yes], '1 2', false],
    ['what cannot be read', [yes], 'alert(1)', false],
    ['what cannot be read', [yes], 'NOT(1,1)', false],
    ['deeper than anybody writes', [yes], 'NOT('.repeat(2000) + '1' + ')'.repeat(2000), false],
    ['without end', [yes], 'NOT('.repeat(200_000), false],
  ])('a filter: %s', (_, list, filter, holds) => {
    vi.spyOn(console, 'warn').mockReturnValue();
    expect(invited({ inviteRules: rules(list, filter) })).toBe(holds);
  });

  it('come as JSON in a string or as what it says; anything else invites nobody', () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    expect(invited({ inviteRules: JSON.parse(rules([yes])) })).toBe(true);
    server = freshPage();
    expect(invited({ inviteRules: '{not json' })).toBe(false);
  });

  it('about time come true by themselves', () => {
    expect(invited({ inviteRules: rules([['SECONDS_ON_PAGE', 'GREATER_THAN', '10']]) })).toBe(false);
    vi.advanceTimersByTime(9_990);
    expect(shown()).toBe(false);
    vi.advanceTimersByTime(20);
    expect(shown()).toBe(true);
  });

  it('about time re-arm one after the other', () => {
    const both = rules([
      ['SECONDS_ON_PAGE', 'GREATER_OR_EQUAL', '10'],
      ['SECONDS_ON_SITE', 'GREATER_OR_EQUAL', '20'],
    ]);
    expect(invited({ inviteRules: both })).toBe(false);
    vi.advanceTimersByTime(15_000);
    expect(shown()).toBe(false);
    vi.advanceTimersByTime(5_001);
    expect(shown()).toBe(true);
  });

  it('about the time on the site count from its first page', () => {
    localStorage.setItem('liveAgentSid', 'sid-1');
    localStorage.setItem('liveAgentStart', String(Date.now() - 60_000));
    localStorage.setItem('liveAgentPc', '4');
    document.cookie = 'liveagent_sid=sid-1; path=/';
    const both = rules([
      ['SECONDS_ON_SITE', 'GREATER_THAN', '59'],
      ['NUMBER_OF_PAGE_VIEWS', 'EQUALS', '5'],
    ]);
    expect(invited({ inviteRules: both })).toBe(true);
  });

  it('about variables are looked at when one is set', () => {
    expect(invited({ inviteRules: rules([['CUSTOM_VARIABLE', 'GREATER_THAN', '50', 'cart']]) })).toBe(false);
    liveagent().setCustomVariable('cart', 40);
    expect(shown()).toBe(false);
    liveagent().setCustomVariable('cart', 60);
    expect(shown()).toBe(true);
  });

  it('are logged in the documented words', () => {
    const lines: string[] = [];
    for (const method of ['log', 'group'] as const)
      vi.spyOn(console, method).mockImplementation((line: string) => void lines.push(line.replace('LIVE AGENT: ', `${method} `)));
    invited(
      {
        inviteRules: rules(
          [
            ['URL_MATCH', 'CONTAINS', 'cart'],
            ['CUSTOM_VARIABLE', 'EQUALS', '1', 'missing'],
            ['SECONDS_ON_PAGE', 'GREATER_THAN', '10'],
          ],
          'AND(1,OR(2,3))',
        ),
      },
      (api) => api.enableLogging(),
    );
    const from = lines.indexOf(`group Invite ${INVITE} Rule Evaluation`);
    expect(lines.slice(from)).toEqual([
      `group Invite ${INVITE} Rule Evaluation`,
      'log Filter Logic: AND(1,OR(2,3))',
      'group Evaluating And Node',
      'log Evaluating Atom Node: 1',
      'log Evaluating StandardInviteRule',
      'log Contains - Evaluate: https://shop.example/cart?item=7 indexOf cart != -1',
      'group Evaluating Or Node',
      'log Evaluating Atom Node: 2',
      'log Evaluating CustomInviteRule',
      'log CustomInviteRule evaluation failed due to missing custom variable',
      'log Evaluating Atom Node: 3',
      'log Evaluating TimerInviteRule',
      'log Greater Than - Evaluate: 0.001 > 10',
      'log Setting invite delay to: 10000',
    ]);
  });
});

describe('an invitation', () => {
  it('is told of, accepted and starts the chat', () => {
    const open = windows();
    const events: string[] = [];
    invited({}, (api) => api.addButtonEventHandler(INVITE, (event: string) => void events.push(event)));
    buttons()[0]!.click();
    expect(events).toEqual(['BUTTON_AVAILABLE', 'BUTTON_ACCEPTED']);
    expect(shown()).toBe(false);
    expect(decodeURIComponent(open[0]!.action.search)).toContain(`button_id=${INVITE}`);
    vi.advanceTimersByTime(50_000);
    server.availability([INVITE, true]);
    expect(shown()).toBe(false);
  });

  it('is rejected with a cookie that keeps it away until the browser is closed', () => {
    invited();
    liveagent().rejectChat(INVITE);
    expect(shown()).toBe(false);
    expect(cookie(`liveagent_invite_rejected_${INVITE}`)).toBe('true');
    const kept = document.cookie;
    server = freshPage();
    for (const pair of kept.split('; ')) document.cookie = `${pair}; path=/`;
    expect(invited()).toBe(false);
  });

  it('leaves that cookie also where optional ones are forbidden', () => {
    invited({}, (api) => api.disableOptionalCookies());
    liveagent().rejectChat(INVITE);
    expect(document.cookie).toBe(`liveagent_invite_rejected_${INVITE}=true`);
  });

  it('may come again on the next page after a rejection', () => {
    invited({ hasInviteAfterReject: true });
    liveagent().rejectChat(INVITE);
    expect(cookie(`liveagent_invite_rejected_${INVITE}`)).toBeUndefined();
  });

  it.each([
    [false, false],
    [true, true],
  ])('after a chat was opened: hasInviteAfterAccept %s shows it: %s', (hasInviteAfterAccept, again) => {
    document.cookie = 'liveagent_chatted=1; path=/';
    expect(invited({ hasInviteAfterAccept })).toBe(again);
  });

  it('rejects itself after its time', () => {
    const events: string[] = [];
    invited({ inviteRejectTime: 30 }, (api) => api.addButtonEventHandler(INVITE, (event: string) => void events.push(event)));
    vi.advanceTimersByTime(29_999);
    expect(shown()).toBe(true);
    vi.advanceTimersByTime(1);
    expect(shown()).toBe(false);
    expect(events).toEqual(['BUTTON_AVAILABLE', 'BUTTON_REJECTED']);
  });

  it('goes when nobody is there any more, and comes again', () => {
    invited();
    vi.advanceTimersByTime(50_000);
    server.availability([INVITE, false]);
    expect(shown()).toBe(false);
    vi.advanceTimersByTime(50_000);
    server.availability([INVITE, true]);
    expect(shown()).toBe(true);
  });

  it('does not come while nobody is there', () => {
    expect(invited({ isAvailable: false })).toBe(false);
  });

  it('is not shown, accepted or rejected when the page’s handler says false', () => {
    const open = windows();
    let answer: boolean | undefined = false;
    expect(invited({}, (api) => api.addButtonEventHandler(INVITE, () => answer))).toBe(false);
    answer = undefined;
    vi.advanceTimersByTime(50_000);
    server.availability([INVITE, true]);
    expect(shown()).toBe(true);
    answer = false;
    liveagent().rejectChat(INVITE);
    expect(shown()).toBe(true);
    liveagent().startChat(INVITE);
    expect([shown(), open.length]).toEqual([true, 0]);
  });

  it('is alone on the screen; the next comes in the same answer when it goes', () => {
    begin();
    server.settings([invite(), invite({ id: OTHER })]);
    expect([shown(), shown(OTHER)]).toEqual([true, false]);
    vi.advanceTimersByTime(50_000);
    server.availability([OTHER, true], [INVITE, false]);
    expect([shown(), shown(OTHER)]).toEqual([false, true]);
  });

  it('is asked for in later calls, and gone when the server is lost', () => {
    invited();
    vi.advanceTimersByTime(50_000);
    expect(server.last).toContain(`Availability.ids=[${INVITE}]`);
    server.fail();
    expect(shown()).toBe(false);
  });

  it('may be a button on the page too, which goes by itself', () => {
    const open = windows();
    const online = element();
    const events: string[] = [];
    begin((api) => {
      api.showWhenOnline(INVITE, online);
      api.addButtonEventHandler(INVITE, (event: string) => void events.push(event));
    });
    server.settings([{ id: INVITE, type: 'Standard', isAvailable: true }, invite()]);
    expect([shown(), online.style.display]).toEqual([true, '']);
    // Once as either.
    expect(events).toEqual(['BUTTON_AVAILABLE', 'BUTTON_AVAILABLE']);
    liveagent().rejectChat(INVITE);
    expect([shown(), online.style.display]).toEqual([false, '']);
    liveagent().startChat(INVITE);
    expect(open).toHaveLength(1);
    vi.advanceTimersByTime(50_000);
    expect(server.last).toContain(`Availability.ids=[${INVITE}]`);
  });

  it('rejectChat of a button, or of one that is not on screen, does nothing', () => {
    begin((api) => api.showWhenOnline(BUTTON, element()));
    server.settings([{ id: BUTTON, isAvailable: true }, invite({ isAvailable: false })]);
    for (const id of [BUTTON, INVITE, 'unknown']) liveagent().rejectChat(id);
    expect(document.cookie).not.toContain('rejected');
  });
});

describe('its look', () => {
  it('an image with a text, that is a button, and a button that closes', () => {
    invited({ inviteImageWidth: 300, inviteImageHeight: 200, language: 'de' });
    const [accept, close] = buttons();
    const image = accept!.querySelector('img')!;
    expect([image.src, image.alt, image.width, image.height]).toEqual([IMAGE, 'Chat starten', 300, 200]);
    expect(accept!.getAttribute('aria-label')).toBe('Chatten Sie mit uns: Chat starten');
    expect(close!.getAttribute('aria-label')).toBe('Nein, danke');
    close!.click();
    expect(shown()).toBe(false);
  });

  it('a card with two buttons where there is a text instead', () => {
    invited({ inviteImageUrl: '', inviteText: 'May we help?', language: 'en_US' });
    const root = document.getElementById(`liveagent_invite_button_${INVITE}`)!.shadowRoot!;
    expect(root.querySelector('p')!.textContent).toBe('May we help?');
    expect(buttons().map(({ textContent }) => textContent)).toEqual(['Start chat', 'No, thanks']);
  });

  it('the page’s own element where there is neither', () => {
    const own = element(`liveagent_invite_button_${INVITE}`);
    expect(invited({ inviteImageUrl: '' })).toBe(true);
    expect(own.shadowRoot).toBeNull();
    expect([own.style.position, own.style.zIndex]).toEqual(['fixed', '10000']);
  });

  it('nothing, with a warning, where there is not even that', () => {
    const warned = vi.spyOn(console, 'warn').mockReturnValue();
    expect(invited({ inviteImageUrl: '' })).toBe(false);
    expect(warned.mock.calls[0]![0]).toContain(`liveagent_invite_button_${INVITE}`);
  });

  it('Escape rejects it', () => {
    invited();
    document.getElementById(`liveagent_invite_button_${INVITE}`)!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
    expect(shown()).toBe(false);
  });

  it('Arabic is written from the right', () => {
    invited({ language: 'ar' });
    expect(document.getElementById(`liveagent_invite_button_${INVITE}`)!.dir).toBe('rtl');
  });

  it('Custom is the page’s own to place', () => {
    const own = element(`liveagent_invite_button_${INVITE}`);
    expect(invited({ inviteImageUrl: '', inviteRenderer: 'Custom' })).toBe(true);
    expect(own.style.position).toBe('');
  });

  it.each(['Slide', 'Fade'])('%s is over after a while, and goes as it came', (inviteRenderer) => {
    invited({ inviteRenderer });
    expect(document.getElementById(`liveagent_invite_button_${INVITE}`)!.style.transition).toContain('ease-out');
    liveagent().rejectChat(INVITE);
    expect(shown()).toBe(true);
    vi.advanceTimersByTime(600);
    expect(shown()).toBe(false);
  });

  it('nothing moves for those who asked for less motion', () => {
    vi.stubGlobal('matchMedia', () => ({ matches: true }));
    invited({ inviteRenderer: 'Slide' });
    expect(document.getElementById(`liveagent_invite_button_${INVITE}`)!.style.transition).toBe('');
  });

  it('hostile texts and addresses stay text', () => {
    const hostile = '<img src=x onerror=alert(1)>\u202e';
    invited({ inviteImageUrl: '', inviteText: hostile });
    const root = document.getElementById(`liveagent_invite_button_${INVITE}`)!.shadowRoot!;
    expect(root.querySelector('img')).toBeNull();
    expect(root.querySelector('p')!.textContent).toBe(hostile);
  });
});
