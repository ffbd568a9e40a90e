// Figures over a chosen time: what happened is counted, drawn, said in tables and handed out as a file.

import { readFile } from 'node:fs/promises';

import { accept, goOnline, pane, signIn } from '../support/console.ts';
import { enter, goByPalette } from '../support/office.ts';
import { Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

test('what was asked, answered, missed and rated is counted within moments, and every number is in the file', async ({
  page,
  browser,
  server,
}) => {
  await signIn(page, server, 'agent');
  await goOnline(page, server);
  const ada = await Person.start(server, 'Ada Lovelace');
  await accept(page, 'Ada Lovelace');
  await pane(page, 'Ada Lovelace').getByRole('textbox', { name: 'Message', exact: true }).fill('Good morning');
  await page.keyboard.press('Enter');
  await expect.poll(() => ada.hears()).toContain('Good morning');
  await ada.say('Thank you');
  await ada.end();
  await ada.rate(4);
  const grace = await Person.start(server, 'Grace Hopper');
  await expect(page.getByRole('button', { name: /^Accept/ })).toBeVisible();
  await grace.end();

  const office = await (await browser.newContext({ acceptDownloads: true })).newPage();
  await enter(office, server, 'supervisor');
  await goByPalette(office, 'Figures');
  const again = office.getByRole('button', { name: 'Count again' });
  const total = (name: string) =>
    office
      .getByRole('main')
      .locator('dl.totals > div')
      .filter({ has: office.locator('dt', { hasText: new RegExp(`^${name}$`) }) })
      .locator('dd');
  // The follower of the journal may not have come so far when the page asks first.
  await expect(async () => {
    await again.click();
    await expect(total('Asked for')).toHaveText('2', { timeout: 1000 });
    await expect(total('Given up')).toHaveText('1', { timeout: 1000 });
    await expect(total('Rating')).toHaveText('4', { timeout: 1000 });
  }).toPass();
  await expect(total('Answered')).toHaveText('1');
  await expect(total('Missed')).toHaveText('0');
  await expect(total('First response')).toHaveText(/^\d+:\d\d$/);
  await expect(office.getByRole('img', { name: 'Conversations' }).locator('canvas')).toBeVisible();
  await expect(office.getByRole('table', { name: 'The same as a table' }).getByRole('row')).toHaveCount(8);
  const ann = office.getByRole('table', { name: 'By agent' }).getByRole('row', { name: /Ann Agent/ });
  await expect(ann.getByRole('cell').first()).toContainText('1');

  const [download] = await Promise.all([office.waitForEvent('download'), office.getByRole('button', { name: 'Download as CSV' }).click()]);
  const [head, ...rows] = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
  const names = head!.split(',');
  const sum = (name: string) => rows.reduce((all, row) => all + Number(row.split(',')[names.indexOf(name)]), 0);
  expect(rows).toHaveLength(7);
  expect([sum('asked'), sum('answered'), sum('abandoned'), sum('ended'), sum('ratings_4')]).toEqual([2, 1, 1, 2, 1]);
  expect([sum('messages_visitor'), sum('messages_agent')]).toEqual([1, 1]);

  // A choice is part of the address, and outlives a reload.
  await office.goto(`${server.url}/console/figures?from=2020-02-01&until=2020-02-02`);
  await expect(office.getByText('Nobody asked for a conversation in that time.')).toBeVisible();
  await expect(total('Asked for')).toHaveText('0');
});
