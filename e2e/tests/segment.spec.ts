// A site that runs Segment: who its visitor is reaches the agent and the CRM when the chat begins.

import { accept, goOnline, signIn } from '../support/console.ts';
import { integration } from '../support/crm.ts';
import { analyticsScript, registered, script, shop } from '../support/segment.ts';
import { accessible, expect, picture, test } from '../support/test.ts';
import { openWindow, write } from '../support/visitor.ts';

test('identify, group and the event: the agent sees the details, and the CRM has contact, account and case', async ({
  page,
  browser,
  server,
  site,
}) => {
  const admin = await server.signIn('admin');
  const crm = await integration(server, admin);
  const desk = await browser.newPage();
  await signIn(desk, server, 'agent');
  await goOnline(desk, server);

  const where = await analyticsScript(site);
  await page.goto(
    site.put(
      '/shop',
      shop(
        server.card,
        registered(server.card, where),
        `<form id="help"><label>Subject <input id="subject"></label><button>Help me</button></form>
${script(`help.onsubmit = function (event) {
  event.preventDefault();
  analytics.identify('user-1', { email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace' });
  analytics.group('group-1', { name: 'Analytical Engines' });
  analytics.track('Live Chat Conversation Started', { subject: subject.value });
};`)}`,
      ),
    ),
  );
  await page.getByLabel('Subject').fill('The engine stands still');
  await expect(page.getByText('Chat with us now')).toBeHidden();
  await page.getByRole('button', { name: 'Help me' }).click();
  const window = await openWindow(page);
  await accept(desk, 'Ada Lovelace');
  for (const said of ['ada@example.com', 'Analytical Engines', 'The engine stands still']) {
    await expect(desk.getByText(said, { exact: true }).first()).toBeVisible();
  }
  await picture(desk, 'console-segment');
  await accessible(desk, 'a conversation with what Segment knows');
  await write(window, 'It stopped at noon.');

  const found = async () =>
    (await crm.query<Record<string, unknown>>("SELECT Email, FirstName, LastName FROM Contact WHERE Email = 'ada@example.com'")).records;
  await expect.poll(found).toMatchObject([{ FirstName: 'Ada', LastName: 'Lovelace' }]);
  const accounts = async () => (await crm.query("SELECT Id FROM Account WHERE Name = 'Analytical Engines'")).totalSize;
  await expect.poll(accounts).toBe(1);
  const cases = async () => (await crm.query("SELECT Id FROM Case WHERE Subject = 'The engine stands still'")).totalSize;
  await expect.poll(cases).toBe(1);
});
