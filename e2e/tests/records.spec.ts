// A pre-chat page of the customer's own fills the CRM, the agent chooses whom it means, and a Salesforce client reads what became of it.

import { accept, goOnline, signIn } from '../support/console.ts';
import { integration, prepared, twoOfAnAddress } from '../support/crm.ts';
import { looks } from '../support/looks.ts';
import { Person } from '../support/person.ts';
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

test('an agent links a record, takes it away, and makes one whose missing fields are shown where they are', async ({
  page,
  browser,
  server,
}) => {
  const admin = await server.signIn('admin');
  const crm = await integration(server, admin);
  await twoOfAnAddress(crm);
  await signIn(page, server, 'agent');
  await goOnline(page, server);
  const visitor = await Person.start(server, 'Grace Hopper');
  await accept(page, 'Grace Hopper');
  await page.getByRole('tab', { name: 'Records' }).click();
  const records = page.getByRole('tabpanel', { name: 'Records' });
  await expect(records).toContainText('Nothing is linked to this conversation yet.');

  // Found by typing; what two have in common tells both.
  const find = async (text: string) => {
    await records.getByRole('button', { name: 'Link a record' }).click();
    await page.getByRole('dialog').getByRole('searchbox').fill(text);
  };
  await find('nobody of that name');
  await expect(page.getByText('Nothing like this was found.')).toBeVisible();
  await page.getByRole('searchbox').fill('ada@example');
  await expect(page.getByText('2 found')).toBeVisible();
  await picture(page, 'console-records-find');
  await accessible(page, 'a record to be found');
  await page.getByRole('button', { name: 'This one: Augusta King' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(records).toContainText('Augusta King');
  await expect(records).toContainText('+44 20 7946 0000');

  await records.getByRole('button', { name: 'Unlink: Augusta King' }).click();
  await expect(records.getByRole('button', { name: 'Unlink: Augusta King' })).toHaveCount(0);
  await find('Lovelace');
  await page.getByRole('button', { name: 'This one: Ada Lovelace' }).click();
  await records.getByRole('button', { name: 'Undo: Ada Lovelace' }).click();
  await expect(records).not.toContainText('Ada Lovelace');

  await records.getByRole('button', { name: 'New record' }).click();
  const form = page.getByRole('dialog');
  const save = form.getByRole('button', { name: 'Save and link' });
  await form.getByLabel('First Name').fill('Grace');
  await save.click();
  const name = form.getByLabel('Last Name');
  await expect(name).toHaveAttribute('aria-invalid', 'true');
  await expect(name).toBeFocused();
  await picture(page, 'console-records-missing');
  await accessible(page, 'a new record with a missing field');
  await name.fill('Hopper');
  await form.getByLabel('Email').fill('no address');
  await save.click();
  await expect(form.getByLabel('Email')).toHaveAttribute('aria-invalid', 'true');
  await form.getByLabel('Email').fill('grace@example.com');
  await looks(page, 'records-new');
  await save.click();
  await expect(form).toHaveCount(0);
  await expect(records).toContainText('Grace Hopper');
  await expect(records).toContainText('Made by');

  // Whoever looks later finds it, and the CRM has it once.
  const made = await crm.query<{ Email: string }>("SELECT Email FROM Contact WHERE LastName = 'Hopper'");
  expect(made.records.map(({ Email }) => Email)).toEqual(['grace@example.com']);
  await page.reload();
  await page.getByRole('tab', { name: 'Records' }).click();
  await expect(records).toContainText('Grace Hopper');
  await visitor.end();
});

test('a message that was left when nobody was there is a case', async ({ page, server }) => {
  const { card } = server;
  const admin = await server.signIn('admin');
  const crm = await integration(server, admin);
  const ada = await twoOfAnAddress(crm);
  await crm.sobject('Contact').update({ Id: ada, Email: 'countess@example.com' });
  const hours = { name: 'Closed', time_zone: 'Europe/Berlin', weekly: [], holidays: [] };
  const closed = await admin.call<{ id: string }>('POST', '/admin/hours', hours);
  await admin.change(`/admin/buttons/${card.button_id}`, { hours: closed.id, offline_form: { introduction: null, ask_phone: false } });
  await page.goto(
    `${card.url}/content/s/chat?language=en_US&org_id=${card.organisation}&deployment_id=${card.deployment}` +
      `#deployment_id=${card.deployment}&org_id=${card.organisation}&button_id=${card.button}`,
  );
  await page.getByRole('textbox', { name: 'Name' }).fill('Ada');
  await page.getByRole('textbox', { name: 'E-mail address' }).fill('Countess@example.com');
  await page.getByRole('textbox', { name: 'Message' }).fill('The engine stands still.\nPlease call me.');
  await page.getByRole('button', { name: 'Send message' }).click();
  await expect(page.getByText('Your message has arrived')).toBeVisible();
  const cases = async () => (await crm.query<Record<string, unknown>>('SELECT Subject, Description, ContactId, Status FROM Case')).records;
  await expect.poll(async () => (await cases()).length).toBe(1);
  const [made] = await cases();
  expect(made).toMatchObject({ Subject: 'The engine stands still. Please call me.', ContactId: ada, Status: 'New' });
  expect(made!.Description).toContain('Please call me.');
});
