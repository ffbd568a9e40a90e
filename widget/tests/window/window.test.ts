// The chat window as a visitor has it.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ADDRESS, closeAll, FakeApi, inside, MARIE, open, page, shown, until } from './server';

let api: FakeApi;
beforeEach(() => {
  sessionStorage.clear();
  vi.spyOn(performance, 'getEntriesByType').mockReturnValue([{ type: 'navigate' } as unknown as PerformanceEntry]);
  api = new FakeApi();
});
afterEach(() => {
  closeAll();
  document.body.innerHTML = '';
});

const PRECHAT = {
  submitted: true,
  name: 'Ada',
  details: [{ label: 'Mail', value: 'ada@example.com', visible_to_agent: true, transcript_fields: [] }],
  entity_plans: [
    {
      entity: 'Contact',
      show: true,
      transcript_field: 'ContactId',
      link_to: null,
      fields: [{ field: 'Email', label: 'Mail', find: true }],
    },
  ],
  overrides: [{ kind: 'button', id: 'other-uuid' }],
};
const FORM = {
  introduction: 'Who are you?',
  fields: [
    {
      label: 'Name',
      kind: 'text' as const,
      required: true,
      choices: [],
      is_name: true,
      visible_to_agent: true,
      transcript_fields: [],
      map: [],
    },
    {
      label: 'Order',
      kind: 'text' as const,
      required: false,
      choices: [],
      is_name: false,
      visible_to_agent: true,
      transcript_fields: [],
      map: [{ entity: 'Contact', field: 'Order__c', find: false, exact: false, create: true }],
    },
  ],
};

describe('begins', () => {
  it('at once where nothing is asked, for the visitor of the site', async () => {
    page();
    await open();
    await until(() => api.started.length === 1);
    expect(api.started[0]).toMatchObject({ deployment: 'd-uuid', button: 'b-uuid', visit: 'sid-1', language: 'en-US' });
    expect(api.started[0]).not.toHaveProperty('page');
    expect(api.started[0]).not.toHaveProperty('referrer');
    await until(() => shown().includes('Please wait'));
    api.happen({ kind: 'joined', agent: MARIE });
    await until(() => shown().includes('Marie'));
  });

  it('with what a pre-chat page of the customer’s own posted, and does not ask again', async () => {
    api.settings.prechat_form = FORM;
    page(ADDRESS, PRECHAT);
    await open();
    await until(() => api.started.length === 1);
    expect(api.started[0]).toMatchObject({
      name: 'Ada',
      details: PRECHAT.details,
      entity_plans: PRECHAT.entity_plans,
      overrides: PRECHAT.overrides,
    });
  });

  it('with the built-in form where the button has one', async () => {
    api.settings.prechat_form = FORM;
    page(ADDRESS, { ...PRECHAT, submitted: false });
    await open();
    expect(shown()).toContain('Who are you?');
    expect(api.started).toHaveLength(0);
    const [name, order] = Array.from(document.getElementById('chat')!.shadowRoot!.querySelectorAll('input'));
    name!.value = 'Grace';
    order!.value = '77';
    inside<HTMLFormElement>('form')!.requestSubmit();
    await until(() => api.started.length === 1);
    const [started] = api.started;
    expect(started!.name).toBe('Grace');
    expect(started!.details!.map(({ label, value }) => [label, value])).toEqual([
      ['Mail', 'ada@example.com'],
      ['Order', '77'],
    ]);
    // What both ask of one kind of record is one plan.
    expect(started!.entity_plans).toHaveLength(1);
    expect(started!.entity_plans![0]!.fields.map(({ field }) => field)).toEqual(['Email', 'Order__c']);
  });

  it('for a person, by our own id', async () => {
    page(ADDRESS, { ...PRECHAT, agent: 'agent-uuid' });
    await open();
    await until(() => api.started.length === 1);
    expect(api.started[0]).toMatchObject({ agent: 'agent-uuid', fall_back: true });
  });

  it('not where nobody is there and a message can be left', async () => {
    Object.assign(api.settings, { available: false, offline_form: { ask_phone: false } });
    page(ADDRESS, PRECHAT);
    await open();
    expect(shown()).toContain('Leave us a message');
    expect(api.started).toHaveLength(0);
  });

  it('asks where nobody is there and no message can be left, and says so when it is refused', async () => {
    api.settings.available = false;
    api.refusals.set('/conversations', { status: 409, body: { type: 'unavailable', detail: 'nobody' } });
    const failed = vi.fn();
    page();
    const chasitor = await open();
    chasitor.listen('CHAT_REQUEST_FAILED', failed);
    await until(() => shown().includes('Nobody is available'));
    expect(failed).toHaveBeenCalledOnce();
  });
});

describe('goes on', () => {
  it('after a reload, without asking for another conversation', async () => {
    page();
    await open();
    await until(() => api.streaming);
    api.message('Welcome');
    await until(() => shown().includes('Welcome'));
    vi.mocked(performance.getEntriesByType).mockReturnValue([{ type: 'reload' } as unknown as PerformanceEntry]);
    page();
    await open();
    await until(() => shown().includes('Welcome'));
    expect(api.started).toHaveLength(1);
    expect(shown().split('Welcome')).toHaveLength(2);
  });

  it('an ended one is shown after a reload', async () => {
    page();
    await open();
    await until(() => api.streaming);
    api.end();
    await until(() => shown().includes('ended by us'));
    vi.mocked(performance.getEntriesByType).mockReturnValue([{ type: 'reload' } as unknown as PerformanceEntry]);
    page();
    await open();
    await until(() => shown().includes('ended by us'));
    expect(api.started).toHaveLength(1);
  });

  it('opened anew on an ended one, it begins another', async () => {
    page();
    await open();
    await until(() => api.streaming);
    api.end();
    await until(() => shown().includes('ended by us'));
    page();
    await open();
    await until(() => api.started.length === 2);
    expect(shown()).not.toContain('ended by us');
  });
});

describe('the page after the chat', () => {
  const POST = {
    page: 'https://shop.example/after',
    fields: [
      { name: 'chatKey', value: 'c1' },
      { name: 'transcript', value: '"><script>alert(1)</script>' },
    ],
  };
  let submitted: { action: string; method: string; fields: [string, string][] }[];
  beforeEach(() => {
    submitted = [];
    vi.spyOn(HTMLFormElement.prototype, 'submit').mockImplementation(function (this: HTMLFormElement) {
      const fields = Array.from(this.querySelectorAll('input'), ({ name, value }): [string, string] => [name, value]);
      submitted.push({ action: this.action, method: this.method.toLowerCase(), fields });
    });
    Object.assign(api.settings, { survey_page: POST.page, survey: { comment: true } });
    api.postChat = POST;
  });

  async function talk(): Promise<void> {
    page();
    await open();
    await until(() => api.streaming);
    api.happen({ kind: 'joined', agent: MARIE });
    await until(() => shown().includes('Marie'));
  }

  it('follows at once when the visitor ends, as a form with its fields', async () => {
    await talk();
    (window as any).liveagent.chasitor.endChat();
    await until(() => submitted.length === 1);
    expect(submitted[0]).toEqual({ action: POST.page, method: 'post', fields: POST.fields.map(({ name, value }) => [name, value]) });
    expect(api.requests.find(({ path }) => path === '/post-chat')?.authorization).toBe('Bearer token');
    expect(document.querySelector('script:not([type])')).toBeNull();
  });

  it('leaves time to read when somebody else ends', async () => {
    await talk();
    api.end();
    await until(() => shown().includes('You are taken to the next page'));
    expect(submitted).toHaveLength(0);
    expect(shown()).not.toContain('How was this conversation');
    const [go] = Array.from(inside('.leaving')!.querySelectorAll('button'));
    go!.click();
    expect(submitted).toHaveLength(1);
  });

  it('can be put off', async () => {
    await talk();
    const [set, clear] = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'clearTimeout')];
    api.end();
    await until(() => shown().includes('You are taken to the next page'));
    const timer = set.mock.results[set.mock.calls.findIndex(([, ms]) => ms === 10_000)]!.value as unknown;
    expect(clear.mock.calls.some(([cleared]) => cleared === timer)).toBe(false);
    const [, stay] = Array.from(inside('.leaving')!.querySelectorAll('button'));
    stay!.click();
    expect(shown()).not.toContain('You are taken to the next page');
    expect(stay!.hidden).toBe(true);
    expect(clear.mock.calls.some(([cleared]) => cleared === timer)).toBe(true);
  });

  it.each([
    [false, 1],
    [true, 0],
  ])('comes after a request that was turned away; a form to leave a message (%s) goes before it', async (form, posts) => {
    if (form) api.settings.offline_form = { ask_phone: false };
    page();
    await open();
    await until(() => api.streaming);
    api.happen({ kind: 'refused', because: 'unavailable' });
    await until(() => shown().includes(form ? 'Leave us a message' : 'Nobody is available'));
    if (form) expect(inside('.leaving')).toBeNull();
    else {
      await until(() => shown().includes('You are taken to the next page'));
      inside('.leaving')!.querySelector('button')!.click();
    }
    expect(submitted).toHaveLength(posts);
  });

  it.each([
    ['none', { page: null, fields: [] }],
    ['no address of the web', { page: 'javascript:alert(1)', fields: [] }],
  ])('is %s: the window stays', async (_, answer) => {
    api.postChat = answer;
    await talk();
    api.end();
    await until(() => api.requests.some(({ path }) => path === '/post-chat'));
    await until(() => inside('.leaving') === null);
    expect(submitted).toHaveLength(0);
  });
});

describe('its own ways', () => {
  it('texts, language, direction and title are the deployment’s', async () => {
    api.settings.appearance = { title: 'متجر', language: 'ar' };
    page(ADDRESS.replace('en_US', ''));
    await open();
    await until(() => api.streaming);
    expect([document.documentElement.lang, document.documentElement.dir, document.title]).toEqual(['ar', 'rtl', 'متجر']);
  });

  it('the language of the address goes before the deployment’s', async () => {
    api.settings.appearance = { language: 'ar' };
    page(ADDRESS.replace('en_US', 'de'));
    await open();
    await until(() => api.streaming);
    expect(document.documentElement.lang).toBe('de');
  });

  it('a page that is of no deployment, or of none that there is, says so', async () => {
    page('https://chat.example/content/s/chat');
    await open();
    await until(() => shown().includes('not set up correctly'));
    api.refusals.set('/settings', { status: 404, body: { type: 'not_found' } });
    page();
    await open();
    await until(() => shown().includes('not set up correctly'));
  });

  it('a server that is not there for a moment is waited for', async () => {
    const answer = api.refusals;
    answer.set('/settings', { status: 503, body: { type: 'busy' } });
    page();
    const opened = open();
    await until(() => shown().includes('No connection'));
    answer.delete('/settings');
    window.dispatchEvent(new Event('online'));
    await opened;
    await until(() => api.started.length === 1);
  });

  it('counts in its title what comes while nobody looks', async () => {
    page();
    await open();
    await until(() => api.streaming);
    vi.spyOn(document, 'hasFocus').mockReturnValue(false);
    api.message('Are you there?');
    await until(() => document.title.includes('1 new message'));
    api.message('Hello?');
    await until(() => document.title.includes('2 new messages'));
    vi.mocked(document.hasFocus).mockReturnValue(true);
    window.dispatchEvent(new Event('focus'));
    expect(document.title).toBe('Chat with us');
  });

  it('does not tell agents that the visitor’s page is this window', async () => {
    page();
    await open();
    await until(() => api.streaming);
    api.happen({ kind: 'joined', agent: MARIE });
    await until(() => shown().includes('Marie'));
    expect(api.requests.filter(({ path }) => path === '/page')).toHaveLength(0);
  });
});

describe('hostile text', () => {
  it.each([
    ['markup', '<img src=x onerror=alert(1)><script>alert(1)</script>'],
    ['what turns writing around', 'evil\u202egpj.exe'],
    ['a megabyte', 'x'.repeat(1_000_000)],
    ['a link that is none', '[click](javascript:alert(1)) javascript:alert(1) data:text/html,x'],
  ])('%s is shown as text', async (_, text) => {
    page();
    await open();
    await until(() => api.streaming);
    api.message(text);
    await until(() => (inside('.lines')?.textContent?.length ?? 0) >= Math.min(20, text.length));
    const root = document.getElementById('chat')!.shadowRoot!;
    expect(root.querySelectorAll('script, .lines img, .lines a')).toHaveLength(0);
    expect(shown()).not.toContain('\u202e');
  });

  it('what a pre-chat form said goes on as it is', async () => {
    const name = '"><script>alert(1)</script>\u202e';
    page(ADDRESS, { ...PRECHAT, name });
    await open();
    await until(() => api.started.length === 1);
    expect(api.started[0]!.name).toBe(name);
    expect(document.querySelectorAll('script')).toHaveLength(1);
  });

  it('data on the page that is none is left alone', async () => {
    page();
    document.body.insertAdjacentHTML('beforeend', '<script type="application/json" id="prechat">{"details": 7, "name": {}}</script>');
    await open();
    await until(() => api.started.length === 1);
    expect(api.started[0]!.details).toEqual([]);
  });
});
