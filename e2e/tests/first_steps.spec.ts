// From a server with one admin and nothing else to the first answered chat, in the browser alone.

import { accessible, expect, picture, test } from '../support/test.ts';
import { composer } from '../support/visitor.ts';

test('an admin is led from an empty server to the first answered chat', async ({ page, fresh }) => {
  const guide = page.getByRole('complementary', { name: 'First steps' });
  const step = (name: string) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name }) });
  await page.goto(`${fresh.url}/console/`);
  await page.getByLabel('Login').fill(fresh.login);
  await page.getByLabel('Password').fill(fresh.password);
  await page.keyboard.press('Enter');

  // Nobody said where to begin.
  await expect(page.getByRole('heading', { name: 'First steps', level: 1 })).toBeVisible();
  await expect(page.getByText('0 of 6 done')).toBeVisible();
  await accessible(page, 'the first steps');
  await picture(page, 'first-steps');

  await step('Name the workspace').getByRole('link', { name: 'To the workspace' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Corner shop');
  const zone = page.getByRole('combobox', { name: 'Time zone' });
  await zone.fill('Berlin');
  await page.getByRole('option', { name: 'Europe/Berlin' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('“Corner shop” is saved.')).toBeVisible();
  await accessible(page, 'a page with the way back to the first steps');
  await picture(page, 'first-steps-guide');

  await guide.getByRole('link', { name: 'Next: Make an agent' }).click();
  await step('Make an agent').getByRole('link', { name: 'New agent' }).click();
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toBeFocused();
  await page.keyboard.type('Bea Bright');
  await page.getByLabel('Login').fill('bea');
  await page.getByLabel('First password').fill('a first password');
  await page.getByRole('button', { name: 'New agent' }).click();
  await expect(page.getByRole('heading', { name: 'Bea Bright', level: 1 })).toBeVisible();

  await guide.getByRole('link', { name: 'Next: Make a deployment and a button' }).click();
  const third = step('Make a deployment and a button');
  await third.getByRole('link', { name: 'New deployment' }).click();
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toBeFocused();
  await page.keyboard.type('Web shop');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Web shop', level: 1 })).toBeVisible();
  await guide.getByRole('link', { name: 'Next: Make a deployment and a button' }).click();
  await third.getByRole('link', { name: 'New button' }).click();
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toBeFocused();
  await page.keyboard.type('Help');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Help', level: 1 })).toBeVisible();

  await guide.getByRole('link', { name: 'Next: Go online' }).click();
  await page.getByRole('button', { name: 'Go online now' }).click();
  await expect(page.getByText('4 of 6 done')).toBeVisible();
  await picture(page, 'first-steps-online');
  const [visitor] = await Promise.all([page.waitForEvent('popup'), page.getByRole('link', { name: 'Open the chat window' }).click()]);
  const offer = page.getByRole('region', { name: 'Offers' }).getByRole('article');
  await expect(offer).toBeVisible();
  await expect(page.getByText('5 of 6 done')).toBeVisible();
  await page.getByRole('link', { name: 'To the conversations' }).click();
  await expect(guide.getByRole('link', { name: 'Next: Answer it' })).toBeVisible();
  await offer.getByRole('button', { name: 'Accept' }).click();
  await expect(composer(visitor)).toBeVisible();
  await page.getByRole('textbox', { name: 'Message', exact: true }).fill('Hello from the corner shop');
  await page.keyboard.press('Enter');
  await expect(visitor.getByText('Hello from the corner shop')).toBeVisible();

  await expect(guide.getByText('All done: visitors can come.')).toBeVisible();
  await picture(page, 'first-steps-answered');
  await guide.getByRole('link', { name: 'Connect an app' }).click();
  await expect(page.getByRole('heading', { name: 'Connect an app', level: 1 })).toBeVisible();
  await expect(page.getByRole('definition').first()).toBeVisible();
  await guide.getByRole('button', { name: 'Put the first steps away' }).click();
  await expect(guide).toHaveCount(0);
});
