// Metadata files that Salesforce wrote, dropped on the page as a zip.

import { strToU8, zipSync } from 'fflate';

import { enter, goByPalette } from '../support/office.ts';
import { accessible, expect, picture, test, type Page } from '../support/test.ts';

const meta = (kind: string, body: string): Uint8Array =>
  strToU8(`<?xml version="1.0" encoding="UTF-8"?>\n<${kind} xmlns="http://soap.sforce.com/2006/04/metadata">${body}</${kind}>\n`);

/** As the command-line tool retrieves it. */
const RETRIEVED = zipSync({
  'unpackaged/package.xml': meta('Package', '<version>58.0</version>'),
  'unpackaged/skills/French.skill': meta('Skill', '<label>French</label>'),
  'unpackaged/liveChatDeployments/Shop_site.liveChatDeployment': meta(
    'LiveChatDeployment',
    `<displayQueuePosition>true</displayQueuePosition><domainWhiteList><domain>shop.example.com</domain></domainWhiteList>
     <brandingImage>ShopLogo.png</brandingImage><enablePrechatApi>true</enablePrechatApi><label>Shop site</label>`,
  ),
  'unpackaged/liveChatButtons/Shop.liveChatButton': meta(
    'LiveChatButton',
    `<label>Shop</label><enableQueue>true</enableQueue><isActive>true</isActive><onlineImage>Online.png</onlineImage>
     <optionsHasChasitorIdleTimeout>false</optionsHasChasitorIdleTimeout><preChatFormUrl>https://shop.example.com/before</preChatFormUrl>
     <routingType>MostAvailable</routingType><skills><skill>French</skill></skills><type>Standard</type><somethingNew>1</somethingNew>`,
  ),
});

async function drop(page: Page, name: string, content: Uint8Array): Promise<void> {
  const carried = await page.evaluateHandle(
    ([called, bytes]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(bytes)], called, { type: 'application/zip' }));
      return transfer;
    },
    [name, [...content]] as const,
  );
  const target = page.getByRole('group', { name: 'Drop a zip' });
  await target.dispatchEvent('dragover', { dataTransfer: carried });
  await target.dispatchEvent('drop', { dataTransfer: carried });
}

test('metadata files are dropped as a zip: what would be done is shown, then it is done', async ({ page, server }) => {
  const api = await server.signIn('admin');
  const skills = async () =>
    (await api.call<{ items: { settings: { name: string } }[] }>('GET', '/admin/skills')).items.map(({ settings }) => settings.name);
  await enter(page, server, 'admin', 'admin/import');

  await drop(page, 'broken.zip', strToU8('PK\u0003\u0004 and nothing that follows from it'));
  await expect(page.getByRole('alert')).toContainText('This is not a zip archive, or it is damaged. Zip the folder');
  await expect(page.getByRole('button', { name: 'Try again' })).toHaveCount(0);
  await picture(page, 'admin-import-broken');

  await drop(page, 'metadata.zip', RETRIEVED);
  await expect(page.getByText('3 things would change.')).toBeVisible();
  await expect(page.getByText('Nothing is written yet.')).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  const taken = page.getByRole('table', { name: 'What is taken over' });
  for (const name of ['French', 'Shop site', 'Shop'])
    await expect(taken.getByRole('row', { name, exact: false }).first()).toContainText('Would be made');
  await expect(page.getByRole('region', { name: 'What is not taken over' })).toContainText('somethingNew');
  await expect(page.getByRole('region', { name: 'To upload again' })).toContainText('Online.png');
  await expect(page.getByRole('region', { name: 'To upload again' })).toContainText('ShopLogo.png');
  await accessible(page, 'the report of an import');
  await picture(page, 'admin-import-report');
  expect(await skills()).not.toContain('French');

  await page.getByRole('button', { name: 'Import now' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The import is done.' })).toBeVisible();
  await expect(taken.getByRole('row', { name: /French/ })).toContainText('Made');
  expect(await skills()).toContain('French');
  await picture(page, 'admin-import-done');

  await taken.getByRole('link', { name: 'Shop', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Shop', level: 1 })).toBeVisible();
  const { items } = await api.call<{ items: { settings: Record<string, unknown> }[] }>('GET', '/admin/deployments');
  expect(items.map(({ settings }) => settings)).toContainEqual(
    expect.objectContaining({ name: 'Shop site', prechat_api: true, show_queue_position: true }),
  );
  for (const [list, name] of [
    ['Deployments', 'Shop site'],
    ['Buttons', 'Shop'],
    ['Skills', 'French'],
  ] as const) {
    await goByPalette(page, list);
    await expect(page.getByRole('table', { name: list }).getByRole('link', { name, exact: true })).toBeVisible();
  }

  // Once more, and nothing is made twice.
  await goByPalette(page, 'Import');
  await drop(page, 'metadata.zip', RETRIEVED);
  await expect(page.getByText('Nothing would change.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Import now' })).toBeDisabled();
});
