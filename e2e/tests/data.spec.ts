// The records of the CRM on the page "Data": found, changed, deleted, taken back, and handed over as a file.

import { readFile } from 'node:fs/promises';

import { users } from '../support/filled.ts';
import { inOtherLanguages, looks } from '../support/looks.ts';
import { enter } from '../support/office.ts';
import type { Api, DemoServer } from '../support/server.ts';
import { accessible, expect, picture, test, type Page } from '../support/test.ts';

interface Row {
  id: string;
  changed_at: string;
}
type Fields = Record<string, string>;

const make = (api: Api, object: string, fields: Fields): Promise<Row> =>
  api.call('POST', `/crm/objects/${object}/records`, { fields: Object.entries(fields).map(([name, value]) => ({ name, value })) });

/** An account and people of it, one of whom is only told by a formula. */
async function filled(server: DemoServer): Promise<{ admin: Api; account: Row; ada: Row }> {
  const admin = await server.signIn('admin');
  await users(admin);
  const account = await make(admin, 'Account', { Name: 'Analytical Engines' });
  const ada = await make(admin, 'Contact', {
    FirstName: 'Ada',
    LastName: 'Lovelace',
    Email: 'ada@example.com',
    Phone: '+44 20 7946 0000',
    AccountId: account.id,
    LeadSource: 'Web',
    Birthdate: '1815-12-10',
  });
  await make(admin, 'Contact', { FirstName: 'Grace', LastName: 'Hopper', Email: 'grace@navy.example', Title: '=1+1' });
  await make(admin, 'Contact', { LastName: 'مريم بنت عبد الله', Email: 'maryam@example.com', LeadSource: 'Web' });
  return { admin, account, ada };
}

const rows = (page: Page) => page.getByRole('main').locator('tbody tr');
const row = (page: Page, name: string) => page.getByRole('main').getByRole('row').filter({ hasText: name });
const pane = (page: Page) => page.getByRole('region', { name: 'Contact' });

test('records are found, narrowed and sorted, and the address says how', async ({ page, server }) => {
  const { account } = await filled(server);
  await page.setViewportSize({ width: 1280, height: 800 });
  await enter(page, server, 'admin', 'data/Contact');
  await expect(rows(page)).toHaveCount(3);
  await expect(page.getByText('3 records', { exact: true })).toBeVisible();
  await looks(page, 'data');

  // The head of a column, by keyboard.
  const head = page.getByRole('columnheader', { name: 'Email' });
  await head.getByRole('button').focus();
  await page.keyboard.press('Enter');
  await expect(head).toHaveAttribute('aria-sort', 'ascending');
  await expect(rows(page).first()).toContainText('Ada Lovelace');
  await page.keyboard.press('Enter');
  await expect(head).toHaveAttribute('aria-sort', 'descending');
  await expect(rows(page).first()).toContainText('مريم');
  expect(new URL(page.url()).searchParams.get('sort')).toBe('-Email');

  // A filter in words, and one of a record that is found by typing.
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Field').fill('Email');
  await page.getByRole('option', { name: 'Email', exact: true }).click();
  await dialog.getByLabel('Value').fill('example.com');
  await accessible(page, 'a filter');
  await picture(page, 'console-data-filter');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('list', { name: 'Filters' })).toContainText('Email contains example.com');
  await expect(rows(page)).toHaveCount(2);
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await dialog.getByLabel('Field').fill('Account');
  await page.getByRole('option', { name: 'Account', exact: true }).click();
  await dialog.getByLabel('Value').fill('Analytical');
  await page.getByRole('option', { name: 'Analytical Engines' }).click();
  await dialog.getByRole('button', { name: 'Filter', exact: true }).click();
  await expect(page.getByRole('list', { name: 'Filters' })).toContainText('Account is Analytical Engines');
  await expect(rows(page)).toHaveCount(1);

  // Back is the view before, and a link is the view.
  await page.goBack();
  await expect(rows(page)).toHaveCount(2);
  await page.goForward();
  await expect(rows(page)).toHaveCount(1);
  await page.reload();
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByRole('list', { name: 'Filters' })).toContainText('Account is Analytical Engines');
  await page.getByRole('button', { name: 'No filters' }).click();
  await expect(rows(page)).toHaveCount(3);
  await page.getByRole('searchbox').fill('nobody');
  await expect(page.getByText('Nothing matches the search and the filters.')).toBeVisible();
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(rows(page)).toHaveCount(3);

  // Columns, chosen and remembered.
  await page.getByRole('button', { name: 'Columns' }).click();
  await dialog.getByRole('button', { name: 'Add a column' }).click();
  await dialog.getByRole('combobox', { name: 'Choose a column' }).fill('Birthdate');
  await page.getByRole('option', { name: 'Birthdate' }).click();
  await dialog.getByRole('button', { name: 'Show these' }).click();
  await expect(page.getByRole('columnheader', { name: 'Birthdate' })).toBeVisible();
  await expect(row(page, 'Ada')).toContainText('10 Dec 1815');
  await page.getByRole('navigation', { name: 'Work' }).getByRole('link', { name: 'Data' }).click();
  await expect(page.getByRole('columnheader', { name: 'Birthdate' })).toBeVisible();

  // A reference leads to its record.
  await row(page, 'Ada').getByRole('link', { name: 'Analytical Engines' }).click();
  await expect(page).toHaveURL(new RegExp(`/data/Account/${account.id}`));
  await expect(page.getByRole('region', { name: 'Account' }).getByRole('heading', { name: 'Analytical Engines' })).toBeVisible();
});

test('a record is made and changed, and nobody is overwritten unknowingly', async ({ page, server }) => {
  const { admin, ada } = await filled(server);
  await page.setViewportSize({ width: 1280, height: 800 });
  await enter(page, server, 'admin', 'data/Contact');
  await page.getByRole('link', { name: 'New' }).click();
  const added = page.getByRole('region', { name: 'New: Contact' });
  await added.getByLabel('First Name').fill('Katherine');
  await added.getByRole('button', { name: 'Create' }).click();
  // What is wrong stands where it is, and there the keyboard is.
  await expect(added.getByLabel('Last Name')).toHaveAttribute('aria-invalid', 'true');
  await expect(added.getByLabel('Last Name')).toBeFocused();
  await accessible(page, 'a record that is refused');
  await added.getByLabel('Last Name').fill('Johnson');
  await page.keyboard.press('Enter');
  await expect(pane(page).getByRole('heading', { name: 'Katherine Johnson' })).toBeVisible();
  await expect(rows(page)).toHaveCount(4);

  await row(page, 'Ada Lovelace').getByRole('link', { name: 'Ada Lovelace' }).click();
  await expect(pane(page).getByRole('heading', { name: 'Ada Lovelace' })).toBeVisible();
  await looks(page, 'data-record');
  await pane(page).getByRole('button', { name: 'Edit' }).click();
  await pane(page).getByLabel('Last Name').fill('King');
  await picture(page, 'console-data-edit');
  await accessible(page, 'a record that is edited');

  // Somebody else is faster.
  const path = `/crm/objects/Contact/records/${ada.id}`;
  await admin.call('PATCH', path, { fields: [{ name: 'LastName', value: 'Byron' }] });
  await pane(page).getByRole('button', { name: 'Save' }).click();
  const conflict = page.getByRole('dialog', { name: 'Changed by somebody else' });
  await expect(conflict.getByRole('row').filter({ hasText: 'Last Name' })).toContainText(/Byron\s*King/);
  await accessible(page, 'a conflict');
  await picture(page, 'console-data-conflict');
  await conflict.getByRole('button', { name: 'Save mine over it' }).click();
  await expect(pane(page).getByRole('heading', { name: 'Ada King' })).toBeVisible();
  await expect(row(page, 'Ada King')).toBeVisible();

  // And once more: now what is there is taken.
  await pane(page).getByRole('button', { name: 'Edit' }).click();
  await pane(page).getByLabel('Last Name').fill('Nobody');
  await admin.call('PATCH', path, { fields: [{ name: 'LastName', value: 'Byron' }] });
  await pane(page).getByRole('button', { name: 'Save' }).click();
  await conflict.getByRole('button', { name: 'Take what is there now' }).click();
  await expect(pane(page).getByLabel('Last Name')).toHaveValue('Byron');
  const { values } = await admin.call<{ values: Record<string, unknown> }>('GET', path);
  expect(values.LastName).toBe('Byron');
});

test('what is deleted can be taken back, at once and later', async ({ page, server }) => {
  await filled(server);
  await page.setViewportSize({ width: 1280, height: 800 });
  await enter(page, server, 'admin', 'data/Contact');
  await row(page, 'Ada').getByRole('link', { name: 'Ada Lovelace' }).click();
  await pane(page).getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('Ada Lovelace was deleted.')).toBeVisible();
  await expect(rows(page)).toHaveCount(2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(rows(page)).toHaveCount(3);

  await page.getByLabel('Select Ada Lovelace').check();
  await page.getByLabel('Select Grace Hopper').check();
  await expect(page.getByText('2 selected')).toBeVisible();
  await accessible(page, 'selected records');
  await picture(page, 'console-data-selected');
  await page.getByRole('main').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await expect(rows(page)).toHaveCount(1);

  await page.getByRole('button', { name: 'Recycle bin' }).click();
  await expect(page.getByRole('heading', { name: 'Recycle bin: Contacts' })).toBeVisible();
  await expect(rows(page)).toHaveCount(2);
  await looks(page, 'data-bin');
  await row(page, 'Grace').getByRole('link', { name: 'Grace Hopper' }).click();
  await pane(page).getByRole('button', { name: 'Restore' }).click();
  await expect(page.getByText('Grace Hopper is there again.')).toBeVisible();
  await expect(rows(page)).toHaveCount(2);
  await expect(row(page, 'Grace')).toBeVisible();
});

test('what is listed becomes a file, and a spreadsheet calculates nothing of it', async ({ page, server }) => {
  await filled(server);
  await enter(page, server, 'admin', 'data/Contact?columns=Name,Email,Title&sort=Name');
  await expect(rows(page)).toHaveCount(3);
  async function file(format: string): Promise<string> {
    const saved = page.waitForEvent('download');
    await page.getByRole('main').getByRole('button', { name: 'Export' }).last().click();
    await page.getByRole('menuitem', { name: format }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toMatch(/^Contact\.(csv|json)$/);
    return readFile(await download.path(), 'utf8');
  }
  const lines = (await file('As a table (CSV)')).trimEnd().split(/\r?\n/);
  expect(lines).toHaveLength(4);
  expect(lines[0]).toBe('Id,Name,Email,Title');
  expect(lines[1]).toMatch(/^003\w{15},Ada Lovelace,ada@example\.com,$/);
  expect(lines[2]).toMatch(/^003\w{15},Grace Hopper,grace@navy\.example,'=1\+1$/);
  const json = JSON.parse(await file('As JSON')) as Record<string, unknown>[];
  expect(json.map(({ Name }) => Name)).toEqual(['Ada Lovelace', 'Grace Hopper', 'مريم بنت عبد الله']);
  expect(json[1]!.Title).toBe('=1+1');

  // Of what is selected, no more.
  await page.getByLabel('Select Grace Hopper').check();
  const one = (await file('As a table (CSV)')).trimEnd().split(/\r?\n/);
  expect(one).toHaveLength(2);
  expect(one[1]).toContain('Grace Hopper');
});

test('whoever may not see a field never sees it', async ({ page, server }) => {
  const { admin } = await filled(server);
  // Agents see all of a contact but its birthday.
  const { items } = await admin.call<{ items: { id: string; name: string }[] }>('GET', '/admin/crm/rights');
  const standard = items.find(({ name }) => name === 'Standard User')!;
  const path = `/admin/crm/rights/${standard.id}/objects/Contact`;
  const { object, fields } = await admin.call<{
    object: Record<string, boolean>;
    fields: { name: string; right: string; settable: boolean }[];
  }>('GET', path);
  const { read, create, edit, delete: remove, view_all, modify_all } = object;
  await admin.call('PUT', path, {
    read,
    create,
    edit,
    delete: remove,
    view_all,
    modify_all,
    fields: fields.filter(({ settable }) => settable).map(({ name, right }) => ({ name, right: name === 'Birthdate' ? 'none' : right })),
  });
  await page.setViewportSize({ width: 1280, height: 800 });
  await enter(page, server, 'admin', 'data/Contact?columns=Name,Birthdate&sort=Birthdate');
  await expect(page.getByText('10 Dec 1815')).toBeVisible();
  await page.getByRole('button', { name: /Account of/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();

  // The same address, for an agent.
  await page.getByLabel('Login').fill('agent');
  await page.getByLabel('Password').fill(server.card.sign_ins.agent!.password);
  await page.keyboard.press('Enter');
  // Whoever goes elsewhere before the sign-in is answered is not signed in.
  await expect(page.getByRole('button', { name: /Account of/ })).toBeVisible();
  await page.goto(`${server.url}/console/data/Contact?columns=Name,Birthdate`);
  await expect(row(page, 'Ada')).toBeVisible();
  await expect(page.getByText('Birthdate')).toHaveCount(0);
  await expect(page.getByText('1815')).toHaveCount(0);
  await row(page, 'Ada').getByRole('link', { name: 'Ada Lovelace' }).click();
  await pane(page).getByRole('button', { name: 'Show empty fields' }).click();
  await expect(pane(page).getByText('Birthdate')).toHaveCount(0);
  await inOtherLanguages(page, 'data', async (page) => {
    await expect(page.getByRole('main').locator('tbody tr')).toHaveCount(3);
    await expect(page.locator('.title', { hasText: 'Ada Lovelace' })).toBeVisible();
  });
});
