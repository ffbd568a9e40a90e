// A workspace in which everything has something in it: names that are long, names from the right to the left, everything that can be set.

import { Desk } from './agent.ts';
import { Person } from './person.ts';
import type { Api, DemoServer } from './server.ts';
import { expect } from './test.ts';

const LONG = 'Returns, refunds and complaints about large and bulky goods that were delivered to a neighbour';
const ARABIC = 'مريم بنت عبد الله';

/** Whoever is at the desk stays there until it is closed. */
export async function fill(server: DemoServer): Promise<Desk> {
  const api = await server.signIn('admin');
  await define(server, api);
  await record(api);
  await keep(api);
  const desk = await talk(server, api);
  // An app that has another organisation's ids.
  const query = new URLSearchParams({ org_id: '00D1a000000wxyz', deployment_id: '5721a000000abcd', 'Availability.ids': '5731a000000efgh' });
  await fetch(`${server.card.liveagent}Visitor/Availability?${query}`, { headers: { 'X-LIVEAGENT-API-VERSION': '50' } });
  return desk;
}

/** Waits until the CRM knows the agents as its users, which it learns by itself. */
export async function users(api: Api): Promise<void> {
  await expect
    .poll(() =>
      api.call<{ items: object[] }>('GET', '/crm/objects').then(
        ({ items }) => items.length,
        () => 0,
      ),
    )
    .toBeGreaterThan(0);
}

/** Records of the CRM: names that are long, names from the right to the left, text of several lines. */
async function record(api: Api): Promise<void> {
  await users(api);
  const make = (object: string, fields: Record<string, string>) =>
    api.call<{ id: string }>('POST', `/crm/objects/${object}/records`, {
      fields: Object.entries(fields).map(([name, value]) => ({ name, value })),
    });
  const account = await make('Account', { Name: LONG });
  await make('Contact', { LastName: ARABIC, Email: 'maryam@example.com', AccountId: account.id });
  await make('Contact', {
    FirstName: 'Ada',
    LastName: 'Lovelace',
    Email: 'ada.augusta.king.countess.of.lovelace@analytical-engines.example.com',
    Phone: '+44 20 7946 0000',
    Birthdate: '1815-12-10',
    AccountId: account.id,
    Description: 'Asks for the notes.\nSecond line, and a long one: '.padEnd(400, 'x'),
  });
}

async function define(server: DemoServer, api: Api): Promise<void> {
  const { card } = server;
  const make = async (kind: string, settings: object) => (await api.call<{ id: string }>('POST', `/admin/${kind}`, settings)).id;
  await api.call('PUT', '/admin/workspace', {
    name: 'Corner shop',
    time_zone: 'Europe/Berlin',
    file_quota_bytes: 1_073_741_824,
    audit_retention_days: 400,
    away_reasons: ['Lunch', 'Training'],
    decline_reasons: ['Not my language'],
  });
  const hours = await make('hours', {
    name: 'Shop hours',
    time_zone: 'Europe/Berlin',
    weekly: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'].flatMap((day) => [
      { day, from: '09:00', to: '12:30' },
      { day, from: '13:30', to: '18:00' },
    ]),
    holidays: [
      { date: '2026-12-25', name: 'Christmas Day' },
      { date: '2026-12-31', name: 'New Year’s Eve', from: '09:00', to: '12:00' },
    ],
  });
  const skills = [await make('skills', { name: 'French' }), await make('skills', { name: LONG })];
  const queue = await make('queues', { name: 'Orders', routing: { skills: skills.slice(0, 1), queue_limit_overall: 30 } });
  await make('queues', { name: LONG, active: false });
  await make('roles', { name: 'Trainer', permissions: ['conversations.supervise', 'history.read', 'quick_texts.manage'] });
  await make('rules', {
    name: 'Numbers of payment cards',
    pattern: '\\b(?:\\d[ -]?){15,16}\\b',
    action: 'replace',
    replacement: '[card number]',
    applies_to: ['visitor', 'agent'],
  });
  await make('blocks', { from: '192.0.2.0', to: '192.0.2.255', note: 'A network that wrote the same words 400 times' });
  await make('blocks', { from: '2001:db8::', to: '2001:db8:0:ffff:ffff:ffff:ffff:ffff' });
  for (const [name, shortcut, text] of [
    ['Greeting', 'hi', 'Hello {visitor.name}, this is {agent.name}. Is it about order {detail.Order}?'],
    ['تحية', 'ahlan', 'أهلاً وسهلاً بك في متجرنا، كيف يمكنني مساعدتك اليوم؟'],
  ])
    await make('quick-texts', { name, shortcut, text, folder: 'Greetings', language: shortcut === 'hi' ? 'en' : 'ar' });
  await api.change(`/admin/deployments/${card.deployment_id}`, {
    allowed_origins: ['https://shop.example.com', 'https://www.a-rather-long-host-name.example.com:8443'],
    redirect_hosts: ['forms.example.com'],
    appearance: {
      title: 'Corner shop',
      logo_url: null,
      primary_color: '#7a2e8e',
      background_color: '#ffffff',
      language: 'en',
      texts: {},
    },
    retention: { conversation_days: 400, message_days: 90, file_days: 30, detail_days: 30 },
  });
  const field = { required: true, choices: [], placeholder: null, is_name: false, visible_to_agent: true, transcript_fields: [], map: [] };
  await api.change(`/admin/buttons/${card.button_id}`, {
    greeting: 'Welcome! {agent} is here for you.',
    drafts: true,
    idle_warning_seconds: 300,
    idle_timeout_seconds: 600,
    prechat_form: {
      introduction: 'So that we find your order at once:',
      fields: [
        { ...field, label: 'Your name', kind: 'text', is_name: true },
        { ...field, label: 'What is it about?', kind: 'choice', choices: ['An order', 'A return', 'Something else'] },
      ],
    },
    survey: { question: 'How was it?', comment: true },
    offline_form: { introduction: 'We answer within a day.', ask_phone: true },
    invitation: {
      image_url: null,
      image_width: null,
      image_height: null,
      text: 'Can we help you with your cart?',
      animation: 'slide',
      start: 'bottom_right',
      end: 'bottom_right',
      after_accept: false,
      after_reject: true,
      reject_after_seconds: 60,
      rules: [
        { kind: 'seconds_on_site', name: null, operator: 'greater', value: '30' },
        { kind: 'url', name: null, operator: 'contains', value: '/cart' },
        { kind: 'custom_variable', name: 'cart_total', operator: 'greater_or_equal', value: '100' },
      ],
      filter: 'AND(1,OR(2,3))',
    },
  });
  await make('buttons', { name: LONG, routing: { queue }, hours });
  const app = { flows: ['authorization_code', 'client_credentials'], redirect_addresses: ['https://tools.example.com/oauth/callback'] };
  const tool = await api.call<{ id: string; settings: { client_id: string } }>('POST', '/admin/connected-apps', {
    ...app,
    name: LONG,
    run_as: card.sign_ins.admin!.agent,
  });
  const { secret } = await api.call<{ secret: string }>('POST', `/admin/connected-apps/${tool.id}/secret`, {});
  const asked = { grant_type: 'client_credentials', client_id: tool.settings.client_id, client_secret: secret };
  await fetch(`${server.url}/services/oauth2/token`, { method: 'POST', body: new URLSearchParams(asked) });
  await api.change(`/admin/agents/${card.sign_ins.agent!.agent}`, {
    name: ARABIC,
    public_name: 'Maryam',
    queues: [queue],
    skills,
    capacity: 2,
    critical_wait_seconds: 120,
    greeting: 'Hello, {agent} speaking.',
  });
}

/** Records of its own, with one field of each look, one that was dropped, and rights to them. */
async function keep(api: Api): Promise<void> {
  const objects = '/admin/crm/objects';
  await api.call('POST', objects, { name: 'Delivery', label: 'Delivery', label_plural: LONG.slice(0, 40), sharing: 'private' });
  for (const field of [
    { name: 'Number', label: 'Number of the parcel', kind: 'text', length: 40, unique: true, external_id: true },
    {
      name: 'State',
      label: 'الحالة',
      kind: 'picklist',
      values: [{ value: 'On its way', default: true }, { value: 'Lost' }],
      required: true,
    },
    { name: 'Contact', label: 'Who gets it', kind: 'lookup', refers_to: 'Contact', when_deleted: 'restrict' },
    { name: 'Weight', label: 'Weight', kind: 'number', precision: 8, scale: 3 },
  ])
    await api.call('POST', `${objects}/Delivery__c/fields`, field);
  await api.call('DELETE', `${objects}/Delivery__c/fields/Weight__c`);
  await api.call('POST', '/admin/crm/rights', { kind: 'permission_set', name: 'Deliveries', label: LONG.slice(0, 80) });
  // The first profile of the list is somebody's: what has nobody would be seen by nobody.
  const { items: holders } = await api.call<{ items: { id: string; kind: string }[] }>('GET', '/admin/crm/rights');
  const { items: programs } = await api.call<{ items: { id: string }[] }>('GET', '/admin/crm/users?search=robot');
  const profile = holders.find(({ kind }) => kind === 'profile')!.id;
  await api.call('PUT', `/admin/crm/users/${programs[0]!.id}`, { profile });
}

/** Conversations that are over, one with a flag, one that waits, and what was left when nobody was there. */
async function talk(server: DemoServer, api: Api): Promise<Desk> {
  const desk = await Desk.open(server);
  for (const [name, question, score, comment] of [
    ['Ada Lovelace', 'Where is my parcel? It should have come on Monday.', 5, 'Quick and kind'],
    [ARABIC, 'أين طلبي رقم ٤٧١١؟', 2, 'انتظرت طويلاً'],
    [`${LONG} <b>bold</b>`, 'x'.repeat(200), 4, null],
  ] as const) {
    const visitor = await Person.start(server, name, { details: [{ label: 'Order', value: '4711' }] });
    const { id } = await desk.accept();
    await visitor.say(question);
    await desk.hears(id, question);
    await desk.say(id, 'It is on its way and comes tomorrow.');
    await visitor.rate(score, comment);
    await desk.end(id);
  }
  for (const name of ['Grace Hopper', 'نور الدين']) {
    const visitor = await Person.start(server, name);
    const { id } = await desk.accept();
    await visitor.say('Good morning');
    await desk.hears(id, 'Good morning');
    if (name === 'Grace Hopper') await desk.flag(id, 'The parcel is lost. May I send another one?');
  }
  await Person.start(server, 'Whoever waits');
  await Person.leave(server, {
    name: 'Katherine Johnson',
    email: 'katherine@example.com',
    phone: '+49 30 1234567',
    text: 'Please call me back about my invoice.\nIt is urgent.',
  });
  await Person.leave(server, { name: ARABIC, email: 'maryam@example.com', phone: null, text: 'لم يصلني البريد الإلكتروني بعد.' });
  // What admins did to old ids is in the audit log, too.
  await api.call('PUT', '/admin/old-ids/5731a000000zzzz', { kind: 'button', id: server.card.button_id });
  return desk;
}
