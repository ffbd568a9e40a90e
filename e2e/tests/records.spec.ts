// A pre-chat page of the customer's own fills the CRM, the agent chooses whom it means, and a Salesforce client reads what became of it.

import { accept, goOnline, signIn } from '../support/console.ts';
import { prepared, twoOfAnAddress } from '../support/crm.ts';
import { accessible, expect, picture, test } from '../support/test.ts';
import { openWindow, shopPage, write } from '../support/visitor.ts';

test('pre-chat finds a contact and makes a case, the agent chooses among two, and jsforce reads all', async ({
  page,
  browser,
  server,
  site,
}) => {
  const { crm } = await prepared(server, site);
  const ada = await twoOfAnAddress(crm);

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
    Case: { Subject: 'The engine stands still', ContactId: ada },
  });
  expect(transcript!.Body).toContain('It stopped at noon.');
  const contact = await crm.query<{ Cases: { records: { Subject: string }[] } }>(
    `SELECT Id, (SELECT Subject FROM Cases) FROM Contact WHERE Id = '${ada}'`,
  );
  expect(contact.records[0]!.Cases.records.map(({ Subject }) => Subject)).toEqual(['The engine stands still']);
});
