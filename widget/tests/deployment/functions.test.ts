// deployment_segment.md 4: the functions of `liveagent`.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AGENT, begin, BUTTON, element, freshPage, liveagent, OTHER, windows, type FakeServer, type Opened } from './page';

let server: FakeServer;
let opened: Opened[];
beforeEach(() => {
  server = freshPage();
  opened = windows();
});

/** What the form carries after `prepare`. */
function posted(prepare: (api: any) => void): { det: any[]; ent: any[]; fields: Record<string, string> } {
  begin((api) => {
    api.showWhenOnline(BUTTON, element());
    prepare(api);
  });
  server.settings([{ id: BUTTON, isAvailable: true }]);
  liveagent().startChat(BUTTON);
  const { fields } = opened[0]!;
  return { det: JSON.parse(fields['det']!), ent: JSON.parse(fields['ent']!), fields };
}

describe('showWhenOnline and showWhenOffline', () => {
  it.each([
    ['a button', [BUTTON], BUTTON],
    ['a person', [AGENT], AGENT],
    ['a person behind a button', [BUTTON, AGENT], `${AGENT}_${BUTTON}`],
  ])('%s', (_, [id, user], told) => {
    const [online, offline] = [element(), element()];
    begin((api) => {
      api.showWhenOnline(id, online, user);
      api.showWhenOffline(id, offline, user);
    });
    expect(server.last).toContain(`buttonIds=[${told}]`);
    server.settings([{ id: told, type: user ? 'ToAgent' : 'Standard', isAvailable: true }]);
    expect([online.style.display, offline.style.display]).toEqual(['', 'none']);
    vi.advanceTimersByTime(50_000);
    server.availability([told, false]);
    expect([online.style.display, offline.style.display]).toEqual(['none', '']);
  });

  it('one element for both is always seen, and several elements of a button go together', () => {
    const [both, second] = [element(), element()];
    begin((api) => {
      api.showWhenOnline(BUTTON, both);
      api.showWhenOffline(BUTTON, both);
      api.showWhenOnline(BUTTON, second);
    });
    server.settings([{ id: BUTTON, isAvailable: true }]);
    expect([both.style.display, second.style.display]).toEqual(['', '']);
    vi.advanceTimersByTime(50_000);
    server.availability([BUTTON, false]);
    expect([both.style.display, second.style.display]).toEqual(['', 'none']);
  });

  it('an element that is not on the page is warned of, and the button can be started', () => {
    const warned = vi.spyOn(console, 'warn').mockReturnValue();
    begin((api) => api.showWhenOnline(BUTTON, null));
    expect(warned.mock.calls[0]![0]).toContain(BUTTON);
    server.settings([{ id: BUTTON, isAvailable: true }]);
    liveagent().startChat(BUTTON);
    expect(opened).toHaveLength(1);
  });
});

describe('addButtonEventHandler', () => {
  it('is called on every ping, the last handler of a button wins, and what is no function is ignored', () => {
    const [first, second] = [vi.fn(), vi.fn()];
    begin((api) => {
      api.showWhenOnline(BUTTON, element());
      api.addButtonEventHandler(BUTTON, first);
      api.addButtonEventHandler(BUTTON, second);
      api.addButtonEventHandler(BUTTON, 'second');
      api.addButtonEventHandler(OTHER, first);
    });
    server.settings([
      { id: BUTTON, isAvailable: true },
      { id: OTHER, isAvailable: true },
    ]);
    vi.advanceTimersByTime(50_000);
    server.availability([BUTTON, true]);
    vi.advanceTimersByTime(50_000);
    server.availability([BUTTON, false]);
    liveagent().startChat(BUTTON);
    const { BUTTON_AVAILABLE, BUTTON_UNAVAILABLE, BUTTON_ACCEPTED } = liveagent().BUTTON_EVENT;
    expect(second.mock.calls).toEqual([[BUTTON_AVAILABLE], [BUTTON_AVAILABLE], [BUTTON_UNAVAILABLE], [BUTTON_ACCEPTED]]);
    expect(first).not.toHaveBeenCalled();
  });

  it('its false cancels showing, hiding and the chat', () => {
    const [online, offline] = [element(), element()];
    begin((api) => {
      api.showWhenOnline(BUTTON, online);
      api.showWhenOffline(BUTTON, offline);
      api.addButtonEventHandler(BUTTON, () => false);
    });
    server.settings([{ id: BUTTON, isAvailable: true }]);
    expect([online.style.display, offline.style.display]).toEqual(['none', 'none']);
    liveagent().startChat(BUTTON);
    expect(opened).toHaveLength(0);
  });

  it.each([[undefined], [true], [0], [null], ['']])('a return of %j cancels nothing', (value) => {
    const online = element();
    begin((api) => {
      api.showWhenOnline(BUTTON, online);
      api.addButtonEventHandler(BUTTON, () => value);
    });
    server.settings([{ id: BUTTON, isAvailable: true }]);
    expect(online.style.display).toBe('');
  });

  it('one that fails is reported and keeps nothing from going on', () => {
    const [online, other] = [element(), element()];
    begin((api) => {
      api.showWhenOnline(BUTTON, online);
      api.showWhenOnline(OTHER, other);
      api.addButtonEventHandler(BUTTON, () => {
        throw new Error('of the page');
      });
    });
    server.settings([
      { id: BUTTON, isAvailable: true },
      { id: OTHER, isAvailable: true },
    ]);
    expect([online.style.display, other.style.display]).toEqual(['', '']);
    expect(() => vi.advanceTimersByTime(1)).toThrow('of the page');
    vi.advanceTimersByTime(50_000);
    expect(server.calls).toHaveLength(2);
  });

  it('BUTTON_EVENT names the four', () => {
    begin();
    expect(liveagent().BUTTON_EVENT).toEqual({
      BUTTON_AVAILABLE: 'BUTTON_AVAILABLE',
      BUTTON_UNAVAILABLE: 'BUTTON_UNAVAILABLE',
      BUTTON_ACCEPTED: 'BUTTON_ACCEPTED',
      BUTTON_REJECTED: 'BUTTON_REJECTED',
    });
  });
});

describe('addCustomDetail', () => {
  it('keeps values as they are given', () => {
    const { det } = posted((api) => {
      api.addCustomDetail('Text', 'a');
      api.addCustomDetail('Hidden', 'b', false);
      api.addCustomDetail('Number', 7.5);
      api.addCustomDetail('Flag', false);
      api.addCustomDetail('Empty', '');
      api.addCustomDetail('When', new Date('2026-01-02T03:04:05Z'));
    });
    const plain = { displayToAgent: true, entityMaps: [], transcriptFields: [], doKnowledgeSearch: false };
    expect(det).toEqual([
      { label: 'Text', value: 'a', ...plain },
      { label: 'Hidden', value: 'b', ...plain, displayToAgent: false },
      { label: 'Number', value: 7.5, ...plain },
      { label: 'Flag', value: false, ...plain },
      { label: 'Empty', value: '', ...plain },
      { label: 'When', value: '2026-01-02T03:04:05.000Z', ...plain },
    ]);
  });

  it('chains maps, transcript fields and the knowledge search', () => {
    const { det } = posted((api) => {
      const detail = api.addCustomDetail('Mail', 'ada@example.com');
      expect(detail.map('Contact', 'Email').map('Case', 'Mail__c', false, false, false)).toBe(detail);
      expect(detail.saveToTranscript('A__c').saveToTranscript('B__c').doKnowledgeSearch()).toBe(detail);
    });
    expect(det[0]).toEqual({
      label: 'Mail',
      value: 'ada@example.com',
      displayToAgent: true,
      entityMaps: [
        { entityName: 'Contact', fieldName: 'Email', fastFill: true, autoQuery: true, exactMatch: true },
        { entityName: 'Case', fieldName: 'Mail__c', fastFill: false, autoQuery: false, exactMatch: false },
      ],
      transcriptFields: ['A__c', 'B__c'],
      doKnowledgeSearch: true,
    });
  });

  it.each([
    ['label', [null, 'a']],
    ['label', [undefined, 'a']],
    ['value', ['A', null]],
    ['value', ['A', undefined]],
  ])('a missing %s is left out with a warning, and the page goes on', (_, args) => {
    const warned = vi.spyOn(console, 'warn').mockReturnValue();
    const { det } = posted((api) => {
      expect(
        api
          .addCustomDetail(...args)
          .map('Contact', 'Email')
          .saveToTranscript('A__c')
          .doKnowledgeSearch(),
      ).toBeTruthy();
      api.addCustomDetail('B', 'b');
    });
    expect(det.map(({ label }) => label)).toEqual(['B']);
    expect(warned.mock.calls[0]![0]).toContain('CustomDetail contains null value');
  });

  it('throws in strict mode, as the old script did', () => {
    begin((api) => {
      api.strict = true;
      expect(() => api.addCustomDetail('A', undefined)).toThrow('CustomDetail contains null value');
    });
  });

  it('refuses explicit nulls in its chain', () => {
    begin((api) => {
      const detail = api.addCustomDetail('A', 'a');
      expect(() => detail.map(null, 'Email')).toThrow('null value');
      expect(() => detail.map('Contact', 'Email', null)).toThrow('null value');
      expect(() => detail.saveToTranscript(null)).toThrow('null value');
    });
  });
});

describe('findOrCreate', () => {
  it('every call is a record of its own, flags default to true in maps', () => {
    const { ent } = posted((api) => {
      const contact = api.findOrCreate('Contact');
      expect(contact.map('Email', 'Mail').map('LastName', 'Name', false, false, true)).toBe(contact);
      api.findOrCreate('Contact').saveToTranscript('ContactId').showOnCreate().linkToEntity('Case', 'ContactId');
    });
    expect(ent).toEqual([
      {
        entityName: 'Contact',
        showOnCreate: false,
        linkToEntityName: '',
        linkToEntityField: '',
        entityFieldsMaps: [
          { fieldName: 'Email', label: 'Mail', doFind: true, isExactMatch: true, doCreate: true },
          { fieldName: 'LastName', label: 'Name', doFind: false, isExactMatch: false, doCreate: true },
        ],
      },
      {
        entityName: 'Contact',
        saveToTranscript: 'ContactId',
        showOnCreate: true,
        linkToEntityName: 'Case',
        linkToEntityField: 'ContactId',
        entityFieldsMaps: [],
      },
    ]);
  });

  it('leaves out a link back, with a warning', () => {
    const warned = vi.spyOn(console, 'warn').mockReturnValue();
    const { ent } = posted((api) => {
      api.findOrCreate('Contact').linkToEntity('Case', 'ContactId');
      api.findOrCreate('Case').linkToEntity('Contact', 'CaseId');
    });
    expect(ent.map(({ linkToEntityName }) => linkToEntityName)).toEqual(['Case', '']);
    expect(warned).toHaveBeenCalledOnce();
  });
});

describe('the others', () => {
  it('setName goes with the form, and only then', () => {
    expect(posted((api) => api.setName('Ada Lovelace')).fields['visitorName']).toBe('Ada Lovelace');
    server = freshPage();
    opened.length = 0;
    expect(posted(() => undefined).fields).not.toHaveProperty('visitorName');
  });

  it('sendMessage is none of them', () => {
    begin();
    expect(liveagent().sendMessage).toBeUndefined();
  });

  it('startChat before the first answer says so', () => {
    begin((api) => api.showWhenOnline(BUTTON, element()));
    expect(() => liveagent().startChat(BUTTON)).toThrow(
      'You cannot call liveagent.startChat until the asynchronous call to liveagent.init has completed!',
    );
  });

  it('startChat with an id that was not registered is a TypeError', () => {
    begin();
    server.settings();
    expect(() => liveagent().startChat(BUTTON)).toThrow(TypeError);
    expect(() => liveagent().startChatWithWindow(BUTTON, 'w')).toThrow(TypeError);
    expect(opened).toHaveLength(0);
  });

  it('startChat with a person makes the pair', () => {
    begin();
    server.settings();
    liveagent().startChat(BUTTON, AGENT, true);
    expect(decodeURIComponent(opened[0]!.action.search)).toContain(`&button_id=${BUTTON}&agent_id=${AGENT}&do_fallback=1&`);
  });
});

describe('enableLogging', () => {
  it('says what happens, in the documented words', () => {
    const lines: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
    begin((api) => {
      api.enableLogging();
      api.showWhenOnline(BUTTON, element());
    });
    server.settings([{ id: BUTTON, isAvailable: true }]);
    vi.advanceTimersByTime(50_000);
    server.answer(['Warning', { text: 'old' }], ['Warning', {}], ['Availability', { results: [{ id: BUTTON }] }]);
    vi.advanceTimersByTime(50_000);
    server.answer(['SwitchServer', { newUrl: 'https://d.other.example/chat' }]);
    server.answer(['Error', { text: 'no' }]);
    expect(lines).toEqual(
      [
        'System initialized. Waiting for the DOM to be ready.',
        'DOM is ready. Setting up environment.',
        'Requesting new session',
        'Received new session ID',
        'Ping rate set to 50000ms',
        `Setting state for button ${BUTTON} to online`,
        'Pinging server to keep presence',
        'Server Warning: old',
        'Server sent an anonymous warning',
        `Setting state for button ${BUTTON} to offline`,
        'Pinging server to keep presence',
        `Received updated Chat server url: https://d.other.example/chat! Consider updating this site's deployment code.`,
        'Requesting new session',
        'Server Error: no',
        'Disconnecting from Chat',
        `Setting state for button ${BUTTON} to offline`,
      ].map((line) => `LIVE AGENT: ${line}`),
    );
  });

  it('is silent without it', () => {
    const log = vi.spyOn(console, 'log').mockReturnValue();
    begin((api) => api.showWhenOnline(BUTTON, element()));
    server.settings([{ id: BUTTON, isAvailable: true }]);
    expect(log).not.toHaveBeenCalled();
  });
});
