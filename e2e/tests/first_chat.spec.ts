// From a page that was written for Live Agent to the supervisor's list: everybody at a page of their own.

import { accept, field, goOnline, pane, signIn } from '../support/console.ts';
import { enter } from '../support/office.ts';
import { accessible, expect, picture, test } from '../support/test.ts';
import { openWindow, shopPage, write } from '../support/visitor.ts';

test('the button shows, an agent accepts, both type, a supervisor whispers, the survey is answered, the rating is seen', async ({
  page,
  browser,
  server,
  site,
}) => {
  const admin = await server.signIn('admin');
  await admin.change(`/admin/buttons/${server.card.button_id}`, { survey: { question: null, comment: true }, drafts: true });
  const [desk, office] = [await browser.newPage(), await (await browser.newContext()).newPage()];
  await signIn(desk, server, 'agent');
  await goOnline(desk, server);

  const name = `<script>_laq.push(function () { liveagent.setName('Ada Lovelace'); liveagent.addCustomDetail('Cart', 7); });</script>`;
  await page.goto(site.put('/shop', shopPage(server.card, name)));
  const window = await openWindow(page);
  const asked = window.getByRole('button', { name: 'Start chat' });
  // What agents see of what is typed is said before, and agreed to.
  if (await asked.isVisible().catch(() => false)) await asked.click();
  await accept(desk, 'Ada Lovelace');
  await desk.keyboard.type('Good morning! How can I help?');
  await desk.keyboard.press('Enter');
  await expect(window.getByText('Good morning! How can I help?')).toBeVisible();

  await window.getByRole('textbox', { name: 'Your message' }).pressSequentially('My parcel');
  await expect(pane(desk, 'Ada Lovelace').getByText('My parcel', { exact: true })).toBeVisible();
  await write(window, 'My parcel has not come.');
  await expect(desk.getByRole('log').getByText('My parcel has not come.')).toBeVisible();
  await expect(desk.getByText('Cart')).toBeVisible();
  await picture(desk, 'console-agent');

  await desk.keyboard.press('Alt+g');
  await desk.getByRole('dialog').getByRole('textbox').fill('Where are parcels of last week?');
  await desk.keyboard.press('Control+Enter');
  if (await desk.getByRole('dialog').isVisible()) await desk.getByRole('dialog').getByRole('button', { name: 'Ask for help' }).click();
  await enter(office, server, 'supervisor', 'supervise');
  const row = office.getByRole('row', { name: /Ada Lovelace/ });
  await expect(row).toContainText('Ann Agent');
  await picture(office, 'console-board');
  await accessible(office, 'the live board');
  await row.getByRole('link').first().click();
  const watch = office.getByRole('complementary');
  await expect(watch.getByText('Where are parcels of last week?', { exact: true })).toBeVisible();
  await watch.getByRole('textbox').fill('They are on the ship.');
  await watch.getByRole('textbox').press('Enter');
  await expect(desk.getByRole('log').getByText('They are on the ship.')).toBeVisible();
  await expect(window.getByText('They are on the ship.')).toHaveCount(0);
  await picture(office, 'console-watch');
  await accessible(office, 'a conversation that is watched');

  await field(desk).fill('They are on their way.');
  await field(desk).press('Enter');
  await expect(window.getByText('They are on their way.')).toBeVisible();
  await desk.keyboard.press('Alt+e');
  await desk.getByRole('dialog').getByRole('button', { name: 'End', exact: true }).click();
  await expect(window.getByText('The conversation was ended by us.')).toBeVisible();
  await window.getByRole('radio', { name: 'Good', exact: true }).check({ force: true });
  await window.getByLabel('Would you like to tell us more?').fill('Quick help.');
  await window.getByRole('button', { name: 'Send rating' }).click();
  await expect(window.getByText('Thank you for your rating.')).toBeVisible();

  await office.goto(`${server.url}/console/history`);
  const past = office.getByRole('row', { name: /Ada Lovelace/ });
  await expect(past.getByRole('img', { name: /4/ })).toBeVisible();
  await past.getByRole('link').first().click();
  await expect(office.getByRole('log').getByText('Quick help.')).toBeVisible();
  await picture(office, 'console-history');
});
