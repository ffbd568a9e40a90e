// The rules of Segment's chat destination, each a page (docs/segment.md; deployment_segment.md 10).

import { Desk } from '../support/agent.ts';
import { integration } from '../support/crm.ts';
import { analyticsScript, labels, registered, script, settings, shop, started, tell, Watched } from '../support/segment.ts';
import { expect, test } from '../support/test.ts';
import { openWindow } from '../support/visitor.ts';

const ADA = { email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace' };

test('every page has liveagent by one load of the script; identify and group alone send nothing; reset ends what is known', async ({
  page,
  context,
  server,
  site,
}) => {
  const where = await analyticsScript(site);
  const head = registered(server.card, where);
  const one = site.put('/one', shop(server.card, head));
  const two = site.put('/two', shop(server.card, head));
  const desk = await Desk.open(server);
  const there = () => page.waitForFunction(() => 'liveagent' in window);

  const watched = new Watched(page);
  await page.goto(one);
  await there();
  await tell(page, 'identify', 'user-1', ADA);
  await tell(page, 'group', 'group-1', { name: 'Engines' });
  await tell(page, 'track', 'Product Viewed', { product: 7 });
  expect([watched.scripts, watched.calls]).toEqual([1, []]);
  await page.reload();
  await there();
  await page.goto(two);
  await there();
  expect([watched.scripts, watched.calls]).toEqual([3, []]);

  // A later visit: the browser was closed, and what it keeps for a session is gone.
  await context.clearCookies({ name: /^liveagent_/ });
  const later = await context.newPage();
  await later.goto(two);
  await started(later, { subject: 'It stands still' });
  expect(later.context().pages(), 'the event opens nothing').toHaveLength(2);
  const window = await openWindow(later);
  const conversation = await desk.accept();
  expect(conversation.visitor).toMatchObject({ name: 'Ada Lovelace' });
  expect(labels(conversation.details)).toEqual({
    'E-mail': 'ada@example.com',
    'First name': 'Ada',
    'Last name': 'Lovelace',
    Subject: 'It stands still',
    Company: 'Engines',
  });
  await desk.end(conversation.id);
  await window.close();

  // Somebody else at the same browser: what the last one was is not sent for them.
  await later.evaluate(() => (window as unknown as { analytics: { reset(): Promise<void> } }).analytics.reset());
  await later.goto(one);
  await tell(later, 'identify', 'user-2', { email: 'grace@example.com', firstName: 'Grace', lastName: 'Hopper' });
  await started(later, { subject: 'Another thing' });
  await openWindow(later);
  const second = await desk.accept();
  expect(labels(second.details)).toEqual({
    'E-mail': 'grace@example.com',
    'First name': 'Grace',
    'Last name': 'Hopper',
    Subject: 'Another thing',
  });
  desk.close();
});

for (const [name, native] of [
  ['in _laq', (init: string, more: string) => `_laq.push(function () { ${more} ${init} });`],
  ['in analytics.ready', (init: string, more: string) => `analytics.ready(function () { ${more} ${init} });`],
] as const) {
  test(`a page that initialises by itself ${name} has working buttons, and the event's details are delivered`, async ({
    page,
    server,
    site,
  }) => {
    const { card } = server;
    const where = await analyticsScript(site);
    const init = `liveagent.init('${card.url}/chat', '${card.deployment}', '${card.organisation}');`;
    const more = `liveagent.setChatWindowWidth(610); liveagent.setChatWindowHeight(520); liveagent.addCustomDetail('Subject', 'the page’s own');`;
    const desk = await Desk.open(server);
    const watched = new Watched(page);
    await page.goto(site.put('/shop', shop(card, registered(card, where), script(native(init, more)))));
    await expect(page.getByText('Chat with us now')).toBeVisible();
    await tell(page, 'identify', 'user-1', ADA);
    await started(page, { subject: 'the event’s' });
    const window = await openWindow(page);
    const { visitor, details } = await desk.accept();
    expect(await window.evaluate(() => [innerWidth, innerHeight])).toEqual([610, 520]);
    expect(visitor).toMatchObject({ name: 'Ada Lovelace' });
    expect(labels(details)).toMatchObject({ 'E-mail': 'ada@example.com', Subject: 'the page’s own' });
    expect(details.filter(({ label }) => label === 'Subject')).toHaveLength(1);
    expect(watched.scripts).toBe(1);
    expect(
      watched.calls.filter((url) => url.includes('nouns=VisitorId')),
      'the page is initialised once',
    ).toHaveLength(1);
    desk.close();
  });
}

test('broken rules: what is missing is named, a late identify and a second event are merged', async ({ page, server, site }) => {
  const where = await analyticsScript(site);
  const desk = await Desk.open(server);
  const watched = new Watched(page);
  await page.goto(site.put('/shop', shop(server.card, registered(server.card, where))));
  await started(page, { subject: 'first' });
  await expect(page.getByText('Chat with us now')).toBeVisible();
  const said = () => watched.said.join('\n');
  expect(said()).toContain('Contact is left out, since nothing is known of the visitor: call analytics.identify');
  expect(said()).toContain('Account is left out, since nothing is known of the group: call analytics.group');
  await expect.poll(said).toContain(`It opens when the visitor clicks the button ${server.card.button}`);
  await tell(page, 'identify', 'user-1', { email: 'ada@example.com', firstName: 'Ada' });
  expect(said()).toContain('traits.lastName has no value and is left out.');
  await started(page, { subject: 'second' });
  await openWindow(page);
  const { details } = await desk.accept();
  expect(labels(details)).toEqual({ 'E-mail': 'ada@example.com', 'First name': 'Ada', Subject: 'second' });
  expect(said()).not.toContain('error:');
  desk.close();
});

test('what becomes known while the visitor waits reaches the agent who accepts, and what a form said stays', async ({
  page,
  server,
  site,
}) => {
  const { card } = server;
  const admin = await server.signIn('admin');
  const field = { required: true, choices: [], is_name: false, visible_to_agent: true, transcript_fields: [], map: [] };
  await admin.change(`/admin/buttons/${card.button_id}`, {
    prechat_form: { introduction: null, fields: [{ ...field, label: 'E-mail', kind: 'email' }] },
  });
  const crm = await integration(server, admin);
  const where = await analyticsScript(site);
  const desk = await Desk.open(server);
  await page.goto(site.put('/shop', shop(card, registered(card, where))));
  await started(page, { subject: 'It stands still' });
  const window = await openWindow(page);
  await window.getByLabel('E-mail').fill('countess@example.com');
  await window.getByRole('button', { name: 'Start chat' }).click();
  await expect(window.getByText('Please wait')).toBeVisible();
  const told = page.waitForResponse((answer) => answer.url().endsWith('/s/prechatVisitor') && answer.status() === 204);
  await tell(page, 'identify', 'user-1', ADA);
  await told;
  const { details, visitor } = await desk.accept();
  expect(visitor).toMatchObject({ name: 'Ada Lovelace' });
  expect(labels(details)).toEqual({
    'E-mail': 'countess@example.com',
    'First name': 'Ada',
    'Last name': 'Lovelace',
    Subject: 'It stands still',
  });
  const found = async () => (await crm.query<{ Email: string }>("SELECT Email FROM Contact WHERE LastName = 'Lovelace'")).records;
  await expect.poll(found).toMatchObject([{ Email: 'countess@example.com' }]);
  desk.close();
});

test('strict: a missing trait refuses the event, and the page goes on', async ({ page, server, site }) => {
  const { card } = server;
  const where = await analyticsScript(site);
  const watched = new Watched(page);
  await page.goto(site.put('/shop', shop(card, registered(card, where, { ...settings(card), strict: true }))));
  await tell(page, 'identify', 'user-1', { email: 'ada@example.com' });
  await started(page, { subject: 'first' });
  expect(watched.calls).toEqual([]);
  expect(watched.said.join('\n')).toContain('these have no value: traits.firstName, traits.lastName');
  await tell(page, 'identify', 'user-1', ADA);
  await started(page, { subject: 'second' });
  await expect(page.getByText('Chat with us now')).toBeVisible();
});

test('an event that names us not, or all but us, does nothing; traits that it brings are known all the same', async ({
  page,
  server,
  site,
}) => {
  const where = await analyticsScript(site);
  const watched = new Watched(page);
  await page.goto(site.put('/shop', shop(server.card, registered(server.card, where))));
  const track = (integrations: object) => tell(page, 'track', 'Live Chat Conversation Started', { subject: 'A' }, { integrations });
  await tell(page, 'identify', 'user-1', ADA, { integrations: { All: false } });
  await track({ 'Salesforce Live Agent': false });
  await track({ All: false });
  expect(watched.calls).toEqual([]);
  await track({ All: false, 'Salesforce Live Agent': true });
  await expect(page.getByText('Chat with us now')).toBeVisible();
  expect(watched.said.join('\n')).not.toContain('analytics.identify');
});

test('the classic shape comes from our host where Segment’s own would, as analytics.js asks for it', async ({ page, server, site }) => {
  const { card } = server;
  const where = await analyticsScript(site);
  const desk = await Desk.open(server);
  const watched = new Watched(page);
  const cdnSettings = {
    integrations: {
      'Segment.io': { apiKey: 'KEY' },
      'Salesforce Live Agent': {
        ...settings(card),
        type: 'browser',
        bundlingStatus: 'bundled',
        versionSettings: { version: '1.1.4', componentTypes: ['browser'] },
      },
    },
  };
  const load = `var analytics = AnalyticsNext.AnalyticsBrowser.load({ writeKey: 'KEY', cdnURL: '${card.url}', cdnSettings: ${JSON.stringify(cdnSettings)} },
    { integrations: { 'Segment.io': false } });
  analytics.ready(function () { document.title = 'ready'; });`;
  await page.goto(site.put('/shop', shop(card, `<script src="${where}"></script>${script(load)}`)));
  await expect(page).toHaveTitle('ready');
  expect(watched.asked).toContain(
    `${card.url}/next-integrations/integrations/salesforce-live-agent/1.1.4/salesforce-live-agent.dynamic.js.gz`,
  );
  await tell(page, 'identify', 'user-1', ADA);
  await started(page, { subject: '2026-01-02T03:04:05Z' });
  await openWindow(page);
  const { details, visitor } = await desk.accept();
  expect(visitor).toMatchObject({ name: 'Ada Lovelace' });
  expect(labels(details)).toMatchObject({ 'E-mail': 'ada@example.com', Subject: '2026-01-02T03:04:05Z' });
  desk.close();
});

test('what Segment’s own integration does with deployment.js works where its host leads to us', async ({ page, server, site }) => {
  const { card } = server;
  const desk = await Desk.open(server);
  // Its hosts are `<label>.salesforceliveagent.com`, whatever the settings: a name server leads them to us, as this does.
  await page.route(/^https:\/\/[^/]+\.salesforceliveagent\.com\//, async (route) => {
    const { pathname, search } = new URL(route.request().url());
    const { status, headers, body } = await fetched(card.url + pathname + search, route.request().headers());
    await route.fulfill({ status, headers, body });
  });
  // The calls in the order that was observed of it (deployment_segment.md 10), with a mapped trait that the visitor has not got.
  const trace = `function started() {
    var contact = liveagent.findOrCreate('Contact');
    [['Email', 'E-mail', 'ada@example.com'], ['Phone', 'Telephone', undefined]].forEach(function (row) {
      liveagent.addCustomDetail(row[1], row[2], true);
      contact.map(row[0], row[1], true, true, true);
    });
    liveagent.setName('Ada Lovelace');
    var found = liveagent.findOrCreate('Case');
    liveagent.addCustomDetail('Subject', new Date(Date.UTC(2026, 0, 2)), true);
    found.map('Subject', 'Subject', false, false, true);
    liveagent.init('https://d.la1.salesforceliveagent.com/chat', '${card.deployment}', '${card.organisation}');
    liveagent.enableLogging();
  }`;
  const src = 'https://c.la1.salesforceliveagent.com/content/g/js/36.0/deployment.js';
  await page.goto(site.put('/shop', shop(card, `<script src="${src}"></script>${script(trace)}`)));
  await page.evaluate(() => (window as unknown as { started(): void }).started());
  await openWindow(page);
  const { details, visitor } = await desk.accept();
  expect(visitor).toMatchObject({ name: 'Ada Lovelace' });
  expect(labels(details)).toEqual({ 'E-mail': 'ada@example.com', Subject: '2026-01-02T00:00:00.000Z' });
  desk.close();
});

async function fetched(url: string, { referer, origin }: Record<string, string>) {
  const headers = { ...(referer ? { referer } : {}), ...(origin ? { origin } : {}) };
  const answer = await fetch(url, { headers });
  const contentType = answer.headers.get('content-type') ?? '';
  return { status: answer.status, headers: { 'content-type': contentType }, body: Buffer.from(await answer.arrayBuffer()) };
}
