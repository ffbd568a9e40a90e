// The chat's settings from our server: an event source's mapping in the console is what pages carry out (docs/segment.md).

import { Desk } from '../support/agent.ts';
import { analyticsScript, eventSource, labels, script, shop, started, tell, Watched } from '../support/segment.ts';
import { expect, test } from '../support/test.ts';
import { openWindow } from '../support/visitor.ts';

const row = { display_to_agent: true, create: true };
const ENTITIES = [
  { entity: 'Contact', from: 'user', rows: [{ ...row, path: 'email', label: 'E-mail', field: 'Email', find: true, exact: true }] },
  { entity: 'Case', from: 'event', rows: [{ ...row, path: 'order.number', label: 'Order' }] },
];

const ready = `analytics.ready(function () { document.title = 'ready'; });`;

for (const [name, load] of [
  [
    'analytics.js with our settings',
    (url: string, key: string) => `AnalyticsNext.AnalyticsBrowser.load({ writeKey: '${key}', cdnURL: '${url}' })`,
  ],
  [
    'the destination with a write key',
    (_: string, key: string) =>
      `AnalyticsNext.AnalyticsBrowser.load({ writeKey: 'KEY', cdnSettings: { integrations: { 'Segment.io': { apiKey: 'KEY' } } } },
        { integrations: { 'Segment.io': false } });
      analytics.register(SwitchboardDestination({ writeKey: '${key}' }))`,
  ],
] as const) {
  test(`${name}: the console's mapping is carried out`, async ({ page, server, site }) => {
    const admin = await server.signIn('admin');
    const { id, key } = await eventSource(server, admin, ENTITIES);
    const where = await analyticsScript(site);
    const desk = await Desk.open(server);
    const watched = new Watched(page);
    const own = name.startsWith('the') ? `<script src="${server.url}/content/segment.js"></script>` : '';
    const code = script(`var analytics = ${load(server.url, key)}; ${ready}`);
    await page.goto(site.put('/shop', shop(server.card, `<script src="${where}"></script>${own}${code}`)));
    await expect(page).toHaveTitle('ready');
    await tell(page, 'identify', 'user-1', { email: 'ada@example.com' });
    await started(page, { order: { number: 4711 } });
    await openWindow(page);
    const { details } = await desk.accept();
    expect(labels(details)).toEqual({ 'E-mail': 'ada@example.com', Order: '4711' });
    expect(watched.scripts).toBe(1);
    expect(
      watched.asked.filter((url) => !url.startsWith(server.url) && !url.startsWith(site.origin)),
      'nobody else is asked',
    ).toEqual([]);

    // Switched off, it is nobody's.
    await admin.change(`/admin/event-sources/${id}`, { active: false });
    const answer = await fetch(`${server.url}/v1/projects/${key}/settings`);
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([404, '*']);
    desk.close();
  });
}

test('the settings say where events go and which script the chat is, and may be kept for a minute', async ({ server }) => {
  const admin = await server.signIn('admin');
  const { id, key } = await eventSource(server, admin, ENTITIES);
  const read = async () => {
    const answer = await fetch(`${server.url}/v1/projects/${key}/settings`);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'public, max-age=60']);
    return (await answer.json()) as Record<string, any>;
  };
  const settings = await read();
  expect(settings.integrations).toEqual({
    'Segment.io': { apiKey: key, apiHost: `${new URL(server.url).host}/v1`, protocol: 'http', addBundledMetadata: true },
  });
  expect(settings.remotePlugins).toEqual([
    {
      name: 'Salesforce Live Agent',
      creationName: 'Salesforce Live Agent',
      url: `${server.url}/content/segment.js`,
      libraryName: 'SwitchboardDestination',
      settings: expect.objectContaining({
        hostname: server.url,
        deploymentId: server.card.deployment,
        orgId: server.card.organisation,
        strict: false,
      }),
    },
  ]);
  // Segment's own integration reads what it can do of it.
  expect(settings.remotePlugins[0].settings.contactMappings).toMatchObject([{ trait: 'email', label: 'E-mail', fieldName: 'Email' }]);
  await admin.change(`/admin/event-sources/${id}`, { browser: { enabled: false, strict: false, logging: false } });
  expect((await read()).remotePlugins).toEqual([]);
  expect((await fetch(`${server.url}/v1/projects/nobodys-key/settings`)).status).toBe(404);
});
