// What admins of records do: define an object with its fields, say who may what, and see that it holds; nothing is lost by a wrong key.

import jsforce from 'jsforce';

import { users as crmUsers } from '../support/filled.ts';
import { looks } from '../support/looks.ts';
import { enter, goByPalette, tabTo } from '../support/office.ts';
import type { Api, DemoServer } from '../support/server.ts';
import { expect, picture, test, type Page } from '../support/test.ts';

interface ObjectPage {
  object: { name: string; label: string; sharing: string; custom_fields: number };
  fields: { name: string; kind: string; required: boolean; unique: boolean; dropped_at: string | null }[];
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** A Salesforce client that acts as the agent does. */
async function asAgent(server: DemoServer, admin: Api): Promise<jsforce.Connection> {
  const { id, settings } = await admin.call<{ id: string; settings: { client_id: string } }>('POST', '/admin/connected-apps', {
    name: 'Whoever answers',
    flows: ['client_credentials'],
    run_as: server.card.sign_ins.agent!.agent,
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

test('an object, its fields and rights to them are defined in the console, and hold for whoever asks', async ({ page, server }) => {
  const admin = await server.signIn('admin');
  await crmUsers(admin);
  const agent = await asAgent(server, admin);
  await enter(page, server, 'admin');

  await goByPalette(page, 'Objects');
  await tabTo(page, page.getByRole('link', { name: 'New object' }));
  await page.keyboard.press('Enter');
  await page.getByLabel('Label', { exact: false }).first().fill('Größe & Maß');
  await expect(page.getByLabel('API name')).toHaveValue('Groesse_Mass');
  await page.getByLabel('Label', { exact: false }).first().fill('Invoice');
  await expect(page.getByLabel('API name')).toHaveValue('Invoice');
  await page.getByLabel('Label of many').fill('Invoices');
  await page.getByRole('radio', { name: 'Read and write' }).click();
  await page.keyboard.press('Control+s');
  await expect(page.getByRole('heading', { name: 'Invoice', level: 1 })).toBeVisible();

  await page.getByRole('link', { name: 'New field' }).click();
  await page.getByRole('radio', { name: 'Picklist', exact: true }).click();
  await page.getByLabel('Label', { exact: false }).first().fill('State');
  await button(page, 'Paste several').click();
  await page.getByRole('dialog').getByRole('textbox').fill('Open\nPaid\nopen\nLate\n');
  await expect(page.getByRole('dialog')).toContainText('3 values are added.');
  await expect(page.getByRole('dialog')).toContainText('There already: open');
  await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
  const shown = page.getByRole('textbox', { name: /^Shown as/ });
  await expect(shown).toHaveCount(3);
  await shown.nth(2).focus();
  await page.keyboard.press('Alt+ArrowUp');
  await expect(shown.nth(1)).toHaveValue('Late');
  await expect(shown.nth(1)).toBeFocused();
  // The same by hand.
  const grip = page.locator('.grip');
  await grip.nth(2).hover();
  await page.mouse.down();
  await grip.nth(0).hover();
  await page.mouse.up();
  await expect(shown.nth(0)).toHaveValue('Paid');
  await page.getByRole('checkbox', { name: 'Default: Open' }).check();
  await looks(page, 'crm-field-new');
  await button(page, 'Make the field').click();
  await expect(page.getByRole('link', { name: 'State' })).toBeVisible();

  await page.getByRole('link', { name: 'New field' }).click();
  await page.getByRole('radio', { name: 'Currency' }).click();
  await page.getByLabel('Label', { exact: false }).first().fill('State');
  await page.keyboard.press('Control+s');
  // What the server refuses is said at the field that it means.
  const name = page.getByLabel('API name');
  await expect(name).toHaveAttribute('aria-invalid', 'true');
  await expect(name).toBeFocused();
  await page.getByLabel('Label', { exact: false }).first().fill('Amount');
  await name.fill('Amount');
  await page.keyboard.press('Control+s');
  await expect(page.getByRole('link', { name: 'Amount' })).toBeVisible();
  await looks(page, 'crm-object');

  const defined = await admin.call<ObjectPage>('GET', '/admin/crm/objects/Invoice__c');
  expect(defined.object).toMatchObject({ label: 'Invoice', sharing: 'read_write', custom_fields: 2 });
  const { values } = await admin.call<{ values: { value: string; default: boolean }[] }>(
    'GET',
    '/admin/crm/objects/Invoice__c/fields/State__c',
  );
  expect(values.map((value) => [value.value, value.default])).toEqual([
    ['Paid', false],
    ['Open', true],
    ['Late', false],
  ]);
  // For the agent there is no such object yet.
  await expect(agent.sobject('Invoice__c').create({ Name: 'A' })).rejects.toThrow();

  await goByPalette(page, 'Rights');
  await page.getByRole('link', { name: 'Standard User' }).click();
  await page.getByRole('searchbox').fill('invoice');
  const right = (what: string) => page.getByRole('checkbox', { name: `${what}: Invoices` });
  await right('Delete').check();
  await expect(page.getByText('Invoices: given with it, since it needs them: Edit and Read.')).toBeVisible();
  await expect(right('Read')).toBeChecked();
  await right('Create').check();
  await looks(page, 'crm-rights');
  await page.keyboard.press('Control+s');
  await expect(page.getByText('“Standard User” is saved.')).toBeVisible();
  await page.getByRole('link', { name: 'Invoices' }).click();
  await expect(page.getByRole('heading', { name: 'Invoices', level: 1 })).toBeVisible();
  await page.getByRole('button', { name: /^Set all.*: Edit$/ }).click();
  await page.keyboard.press('Control+s');
  await expect(page.getByText('“Invoices” is saved.')).toBeVisible();
  await picture(page, 'console-crm-fields-rights');
  const made = await agent.sobject('Invoice__c').create({ Name: 'A', Amount__c: 12.5 });
  expect(made.success).toBe(true);
  const read = () => agent.query<Record<string, unknown>>('SELECT Name, State__c, Amount__c FROM Invoice__c');
  expect((await read()).records[0]).toMatchObject({ Name: 'A', State__c: 'Open', Amount__c: 12.5 });

  await page
    .getByRole('radiogroup', { name: /^Amount/ })
    .getByRole('radio', { name: 'None' })
    .check();
  await page.keyboard.press('Control+s');
  await expect
    .poll(() =>
      read().then(
        () => 'seen',
        (error: Error) => error.name,
      ),
    )
    .toBe('INVALID_FIELD');

  // What is dropped by mistake is taken back by the notice.
  await page.goto(`${server.url}/console/admin/objects/Invoice__c`);
  await page.getByRole('link', { name: 'State' }).click();
  await button(page, 'Drop').click();
  await expect(page.getByText('“State” is dropped; its values are kept.')).toBeVisible();
  await button(page, 'Undo').click();
  await expect(page.getByRole('heading', { name: 'State', level: 1 })).toBeVisible();
  await page.goto(`${server.url}/console/admin/objects/Invoice__c`);
  await button(page, 'Drop').click();
  await button(page, 'Erase Invoice for good').click();
  await expect(page.getByRole('alertdialog')).toContainText('All records of Invoices are lost, with all 2 fields of its own');
  await button(page, 'Cancel').click();
  await button(page, 'Restore Invoice').click();
  await expect(page.getByText('“Invoice” is back.')).toBeVisible();
  expect((await agent.query('SELECT Name FROM Invoice__c')).totalSize).toBe(1);
});

test('a permission set is cloned and given to somebody for a time', async ({ page, server }) => {
  const admin = await server.signIn('admin');
  await crmUsers(admin);
  await enter(page, server, 'admin');
  await goByPalette(page, 'Rights');
  await page.getByRole('link', { name: 'System Administrator' }).click();
  await expect(page.getByText('it cannot be changed. Clone it')).toBeVisible();
  await expect(page.getByRole('checkbox', { name: 'Read: Accounts' })).toBeDisabled();

  await page.goto(`${server.url}/console/admin/rights/new`);
  await page.getByLabel('Label', { exact: false }).first().fill('Helps out');
  await expect(page.getByLabel('API name')).toHaveValue('Helps_out');
  await page.keyboard.press('Control+s');
  await expect(page.getByRole('heading', { name: 'Helps out', level: 1 })).toBeVisible();
  await page.getByRole('tab', { name: 'System rights' }).click();
  await page.getByRole('switch', { name: 'Modify all data' }).click();
  await expect(page.getByRole('switch', { name: 'View all data' })).toBeChecked();
  await page.keyboard.press('Control+s');
  await expect(page.getByText('“Helps out” is saved.')).toBeVisible();
  await page.getByRole('tab', { name: 'People' }).click();
  await button(page, 'Give it to somebody').click();
  await page.getByRole('dialog').getByRole('combobox').fill('Ann');
  await page.getByRole('option', { name: /Ann Agent/ }).click();
  await page.getByLabel('Until').fill('2031-12-31');
  await page.getByRole('dialog').getByRole('button', { name: 'Give it', exact: true }).click();
  await expect(page.getByText('until 31 Dec 2031')).toBeVisible();
  await looks(page, 'crm-rights-people');

  const users = async () =>
    (
      await admin.call<{ items: { login: string; sets: { label: string; until: string | null }[] }[] }>(
        'GET',
        '/admin/crm/users?search=agent',
      )
    ).items;
  const sets = async () => (await users()).find(({ login }) => login === 'agent')?.sets;
  expect(await sets()).toMatchObject([{ label: 'Helps out', until: expect.stringMatching(/^203[12]-/) }]);
  await button(page, 'Take away: Ann Agent').click();
  await expect(page.getByText('Ann Agent does not have “Helps out” any more.')).toBeVisible();
  expect(await sets()).toEqual([]);
  // The notice before it is still there, and older.
  await button(page, 'Undo').last().click();
  await expect(page.getByText('until 31 Dec 2031')).toBeVisible();
  expect(await sets()).toHaveLength(1);
});
