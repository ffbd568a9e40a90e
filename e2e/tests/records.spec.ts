// A pre-chat page of the customer's own fills the CRM, the agent chooses whom it means, and a Salesforce client reads what became of it.

import jsforce from 'jsforce';

import { accept, goOnline, signIn } from '../support/console.ts';
import { type Api, type DemoServer } from '../support/server.ts';
import { accessible, expect, picture, test } from '../support/test.ts';
import { openWindow, shopPage, write } from '../support/visitor.ts';
import type { Site } from '../support/site.ts';

/** A page as it was written for Live Agent: find the contact by e-mail, make a case, and put both on the transcript. */
const prechatPage = `<!doctype html><html lang="en"><title>Before</title><h1>Before we chat</h1>
<form method="post" id="pc"><label>E-mail <input name="liveagent.prechat:Mail"></label>
<label>Subject <input name="liveagent.prechat:Subject"></label>
<input type="hidden" name="liveagent.prechat.name" value="Ada Lovelace">
<input type="hidden" name="liveagent.prechat.findorcreate.map:Contact" value="Email,Mail">
<input type="hidden" name="liveagent.prechat.findorcreate.map.doFind:Contact" value="Email,true">
<input type="hidden" name="liveagent.prechat.findorcreate.map.isExactMatch:Contact" value="Email,true">
<input type="hidden" name="liveagent.prechat.findorcreate.saveToTranscript:Contact" value="ContactId">
<input type="hidden" name="liveagent.prechat.findorcreate.map:Case" value="Subject,Subject">
<input type="hidden" name="liveagent.prechat.findorcreate.map.doCreate:Case" value="Subject,true">
<input type="hidden" name="liveagent.prechat.findorcreate.saveToTranscript:Case" value="CaseId">
<input type="hidden" name="liveagent.prechat.findorcreate.linkToEntity:Contact" value="Case,ContactId">
<input type="hidden" name="liveagent.prechat.findorcreate.showOnCreate:Case" value="true">
<button>Chat</button></form>
<script>pc.action = new URLSearchParams(location.search).get('endpoint');</script></html>`;

/** npm's client, signed in as an integration does it. */
async function integration(server: DemoServer, admin: Api): Promise<jsforce.Connection> {
  const { id, settings } = await admin.call<{ id: string; settings: { client_id: string } }>('POST', '/admin/connected-apps', {
    name: 'Integration',
    flows: ['client_credentials'],
    run_as: server.card.sign_ins.admin!.agent,
  });
  const { secret } = await admin.call<{ secret: string }>('POST', `/admin/connected-apps/${id}/secret`, {});
  const connection = new jsforce.Connection({
    instanceUrl: server.url,
    oauth2: { clientId: settings.client_id, clientSecret: secret, loginUrl: server.url },
    version: '62.0',
  });
  await connection.authorize({ grant_type: 'client_credentials' });
  return connection;
}

async function prepared(server: DemoServer, site: Site): Promise<{ admin: Api; crm: jsforce.Connection }> {
  const { card } = server;
  const admin = await server.signIn('admin');
  await admin.change(`/admin/deployments/${card.deployment_id}`, { redirect_hosts: [new URL(site.origin).host] });
  await admin.change(`/admin/buttons/${card.button_id}`, { form_before: site.put('/before', prechatPage) });
  return { admin, crm: await integration(server, admin) };
}

test('pre-chat finds a contact and makes a case, the agent chooses among two, and jsforce reads all', async ({
  page,
  browser,
  server,
  site,
}) => {
  const { crm } = await prepared(server, site);
  const account = await crm.sobject('Account').create({ Name: 'Analytical Engines' });
  const [ada, other] = await crm.sobject('Contact').create([
    { FirstName: 'Ada', LastName: 'Lovelace', Email: 'ada@example.com', AccountId: account.id },
    { FirstName: 'Augusta', LastName: 'King', Email: 'Ada@Example.com', Phone: '+44 20 7946 0000' },
  ]);
  expect([ada?.success, other?.success]).toEqual([true, true]);

  const desk = await browser.newPage();
  await signIn(desk, server, 'agent');
  await goOnline(desk, server);
  await page.goto(site.put('/shop', shopPage(server.card)));
  const window = await openWindow(page);
  await window.getByLabel('E-mail').fill('ada@example.com');
  await window.getByLabel('Subject').fill('The engine stands still');
  await window.getByRole('button', { name: 'Chat' }).click();
  await accept(desk, 'Ada Lovelace');

  await desk.getByRole('tab', { name: /choose/ }).click();
  const choosing = desk.getByRole('region', { name: 'Contact' });
  await expect(choosing).toContainText('Analytical Engines');
  await expect(choosing).toContainText('+44 20 7946 0000');
  await picture(desk, 'console-records-choose');
  await accessible(desk, 'records to choose among');
  await choosing.getByRole('button', { name: 'This one: Ada Lovelace' }).click();
  await expect(choosing).toHaveCount(0);
  await expect(desk.getByText('The engine stands still', { exact: true })).toBeVisible();
  await picture(desk, 'console-records');

  await write(window, 'It stopped at noon.');
  await expect(desk.getByRole('log').getByText('It stopped at noon.')).toBeVisible();
  await desk.keyboard.press('Alt+e');
  await desk.getByRole('dialog').getByRole('button', { name: 'End', exact: true }).click();
  await expect(window.getByText('The conversation was ended by us.')).toBeVisible();

  const transcripts = () =>
    crm.query<Record<string, unknown>>(
      "SELECT Status, Body, Contact.Name, Contact.Account.Name, Case.Subject, Case.ContactId, Case.CaseNumber FROM LiveChatTranscript WHERE Status = 'Completed'",
    );
  await expect.poll(async () => (await transcripts()).totalSize).toBe(1);
  const [transcript] = (await transcripts()).records;
  expect(transcript).toMatchObject({
    Contact: { Name: 'Ada Lovelace', Account: { Name: 'Analytical Engines' } },
    Case: { Subject: 'The engine stands still', ContactId: ada!.id },
  });
  expect(transcript!.Body).toContain('It stopped at noon.');
  const contact = await crm.query<{ Cases: { records: { Subject: string }[] } }>(
    `SELECT Id, (SELECT Subject FROM Cases) FROM Contact WHERE Id = '${ada!.id}'`,
  );
  expect(contact.records[0]!.Cases.records.map(({ Subject }) => Subject)).toEqual(['The engine stands still']);
});
