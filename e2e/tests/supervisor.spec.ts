// Supervisors at work, mostly by keyboard: the live board and what is done from it, what was said before, and messages left while nobody was there.

import { accept, field, goOnline, pane, signIn } from '../support/console.ts';
import { inOtherLanguages, looks } from '../support/looks.ts';
import { enter, goByPalette, tabTo } from '../support/office.ts';
import { Person } from '../support/person.ts';
import { accessible, expect, picture, test } from '../support/test.ts';
import { openWindow, shopPage, write } from '../support/visitor.ts';

test('the live board: a conversation is watched, helped, taken over; an agent is sent away and back', async ({
  page,
  browser,
  server,
  site,
}) => {
  const { card } = server;
  const admin = await server.signIn('admin');
  // Two are all that she carries: whoever comes third waits.
  await admin.change(`/admin/agents/${card.sign_ins.agent!.agent}`, { capacity: 2 });
  const [desk, office] = [await browser.newPage(), await (await browser.newContext()).newPage()];
  await signIn(desk, server, 'agent');
  await goOnline(desk, server);
  await page.goto(site.put('/shop', shopPage(card, `<script>_laq.push(function () { liveagent.setName('Ada Lovelace'); });</script>`)));
  const window = await openWindow(page);
  await accept(desk, 'Ada Lovelace');
  await Person.start(server, 'Grace Hopper');
  await accept(desk, 'Grace Hopper');
  await Person.start(server, 'Katherine Johnson');

  await enter(office, server, 'supervisor');
  await goByPalette(office, 'Live board');
  const conversations = office.getByRole('table', { name: 'Conversations' });
  const total = (name: string) => office.locator('dl > div').filter({ hasText: name }).locator('dd');
  await expect(conversations.getByRole('row', { name: /Katherine Johnson/ })).toContainText('Waiting');
  await expect(conversations.getByRole('row', { name: /Ada Lovelace/ })).toContainText('Ann Agent');
  await expect(total('Active')).toHaveText('2');
  await expect(total('Waiting')).toHaveText('1');
  const ann = office.getByRole('table', { name: 'Agents' }).getByRole('row', { name: /Ann Agent/ });
  await expect(ann).toContainText('Online');
  await expect(ann).toContainText('2 / 2');
  // Whoever waits does so in some line, and for some time.
  await expect(office.getByRole('table', { name: 'Queues' }).getByRole('cell', { name: /^(Longest wait)? ?0:\d\d$/ })).toBeVisible();
  await tabTo(office, office.getByRole('group', { name: 'Which' }).getByRole('button', { name: 'Waiting' }));
  await office.keyboard.press('Enter');
  await expect(conversations.getByRole('row')).toHaveCount(2);
  await tabTo(office, office.getByRole('group', { name: 'Which' }).getByRole('button', { name: 'All' }), { back: true });
  await office.keyboard.press('Enter');
  await expect(conversations.getByRole('row')).toHaveCount(4);
  await looks(office, 'board');
  await inOtherLanguages(office, 'board', (page) => expect(page.getByRole('row', { name: /Ada Lovelace/ })).toBeVisible());

  await tabTo(office, conversations.getByRole('link', { name: 'Ada Lovelace' }));
  await office.keyboard.press('Enter');
  const watch = office.getByRole('complementary', { name: 'Watched conversation' });
  const whisper = watch.getByRole('textbox', { name: 'Whisper to the agent' });
  await expect(whisper).toBeFocused();
  await write(window, 'Is my parcel lost?');
  await expect(watch.getByRole('log').getByText('Is my parcel lost?')).toBeVisible();
  await office.keyboard.type('Offer her a voucher.');
  await office.reload();
  await expect(whisper).toHaveValue('Offer her a voucher.');
  await expect(whisper).toBeFocused();
  await office.keyboard.press('Enter');
  await desk.keyboard.press('Alt+1');
  await expect(pane(desk, 'Ada Lovelace').getByText('Sam Supervisor is looking on').first()).toBeVisible();
  await expect(pane(desk, 'Ada Lovelace').getByRole('log').getByText('Offer her a voucher.')).toBeVisible();
  await expect(whisper).toHaveValue('');

  await desk.keyboard.press('Alt+g');
  await expect(desk.getByRole('dialog').getByLabel('Note')).toBeFocused();
  await desk.keyboard.type('May I?');
  await desk.getByRole('dialog').getByRole('button', { name: 'Ask for help' }).press('Enter');
  await expect(watch.getByText('May I?', { exact: true })).toBeVisible();
  await expect(total('Ask for help')).toHaveText('1');
  await looks(office, 'watch');
  await inOtherLanguages(office, 'watch', (page) => expect(page.getByRole('complementary').getByRole('textbox')).toBeVisible());
  await office.keyboard.type('Yes, ten euros.');
  await office.keyboard.press('Enter');
  await expect(pane(desk, 'Ada Lovelace').getByRole('log').getByText('Yes, ten euros.')).toBeVisible();
  await tabTo(office, watch.getByRole('button', { name: 'Lower the flag' }), { back: true });
  await office.keyboard.press('Enter');
  await expect(pane(desk, 'Ada Lovelace').getByText('Help asked for: May I?')).toHaveCount(0);
  await expect(total('Ask for help')).toHaveText('0');

  await tabTo(office, watch.getByRole('button', { name: 'Take over' }));
  await office.keyboard.press('Enter');
  const question = office.getByRole('alertdialog').or(office.getByRole('dialog'));
  await expect(question).toContainText('You are set to away');
  await accessible(office, 'the question before a take-over');
  await question.getByRole('button', { name: 'Take over' }).press('Enter');
  await expect(pane(office, 'Ada Lovelace')).toBeVisible();
  await expect(pane(desk, 'Ada Lovelace').getByText('Transferred to somebody else')).toBeVisible();
  await picture(desk, 'console-taken-over');
  await expect(field(office)).toBeFocused();
  await office.keyboard.type('I am Sam; I look after it myself.');
  await office.keyboard.press('Enter');
  await expect(window.getByText('I am Sam; I look after it myself.')).toHaveCount(1);
  await write(window, 'Thank you, Sam.');
  await expect(pane(office, 'Ada Lovelace').getByRole('log').getByText('Thank you, Sam.')).toHaveCount(1);
  await expect(window.getByText('Is my parcel lost?')).toHaveCount(1);
  for (const whispered of ['Offer her a voucher.', 'Yes, ten euros.', 'May I?']) await expect(window.getByText(whispered)).toHaveCount(0);

  await goByPalette(office, 'Live board');
  const presence = ann.getByRole('combobox', { name: /^Presence of Ann Agent/ });
  await tabTo(office, presence);
  await office.keyboard.press('Enter');
  await office.keyboard.type('Aw');
  await office.keyboard.press('Enter');
  await expect(desk.getByRole('button', { name: 'Presence: Away' })).toBeVisible();
  await office.getByRole('region', { name: 'Notices' }).getByRole('button', { name: 'Undo' }).press('Enter');
  await expect(desk.getByRole('button', { name: 'Presence: Online' })).toBeVisible();
  // Offline takes her conversations from her: that is asked first.
  await tabTo(office, presence);
  await office.keyboard.press('Enter');
  await office.keyboard.type('Off');
  await office.keyboard.press('Enter');
  await expect(question).toContainText('Set Ann Agent offline?');
  await office.keyboard.press('Escape');
  await expect(ann).toContainText('Online');
  await expect(pane(desk, 'Ada Lovelace')).toBeVisible();
});

test('what was said is paged, searched and read; what was left is assigned and closed', async ({ page, server }) => {
  const admin = await server.signIn('admin');
  await admin.change(`/admin/buttons/${server.card.button_id}`, { offline_form: { introduction: null, ask_phone: true } });
  const ribbon = await Person.start(server, 'Ada Lovelace');
  await ribbon.say('Where is the parcel with the blue ribbon?');
  await ribbon.end();
  for (let first = 1; first <= 52; first += 13) {
    const some = Array.from({ length: 13 }, (_, at) => Person.start(server, `Visitor ${first + at}`));
    await Promise.all(some.map(async (person) => (await person).end()));
  }

  await enter(page, server, 'supervisor', 'history');
  const rows = page.getByRole('table', { name: 'History' }).getByRole('row');
  await expect(rows).toHaveCount(51);
  await looks(page, 'history');
  await page.getByRole('button', { name: 'Show more' }).press('Enter');
  await expect(rows).toHaveCount(54);
  await tabTo(page, rows.nth(1).getByRole('link'));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: /^Visitor/, level: 1 })).toBeVisible();
  await page.goBack();
  await expect(rows).toHaveCount(54);
  await page.getByRole('searchbox', { name: 'Search' }).focus();
  await page.keyboard.type('ribbon');
  await expect(rows).toHaveCount(2);
  await inOtherLanguages(page, 'history', (page) => expect(page.getByRole('row', { name: /Ada Lovelace/ })).toBeVisible());
  await tabTo(page, page.getByRole('link', { name: 'Ada Lovelace' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('log').getByText('Where is the parcel with the blue ribbon?').first()).toBeVisible();
  await looks(page, 'transcript');
  await inOtherLanguages(page, 'transcript', (page) => expect(page.getByRole('log').getByText('blue ribbon').first()).toBeVisible());

  await Person.leave(server, {
    name: 'Grace Hopper',
    email: 'grace@example.com',
    phone: '+49 (30) 123-456',
    text: 'Please send the invoice again.',
    page: { url: 'https://shop.example.com/orders/4711?x=<script>', title: 'Order 4711' },
  });
  await Person.leave(server, {
    name: 'ليلى',
    email: 'layla@example.com',
    text: 'متى تفتحون؟',
    page: { url: 'javascript:alert(1)', title: '' },
  });
  await goByPalette(page, 'Offline messages');
  const messages = page.getByRole('list', { name: 'Offline messages' }).getByRole('listitem');
  await expect(messages).toHaveCount(2);
  await expect(page.getByRole('link', { name: /javascript/ })).toHaveCount(0);
  await looks(page, 'offline-messages');
  await inOtherLanguages(page, 'offline-messages', (page) => expect(page.getByText('Please send the invoice again.')).toBeVisible());
  await page.getByRole('searchbox', { name: 'Search' }).focus();
  await page.keyboard.type('invoice');
  await expect(messages).toHaveCount(1);
  await tabTo(page, messages.getByRole('button', { name: 'I see to it' }));
  await page.keyboard.press('Enter');
  const assigned = messages.getByRole('combobox');
  await expect(assigned).toHaveValue('Sam Supervisor');
  await tabTo(page, assigned);
  await page.keyboard.type('Ann');
  await expect(page.getByRole('option', { name: 'Ann Agent' })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(assigned).toHaveValue('Ann Agent');
  await tabTo(page, messages.getByRole('button', { name: 'Done' }));
  await page.keyboard.press('Enter');
  await expect(messages.getByRole('button', { name: 'Open again' })).toBeVisible();
  await page.getByRole('region', { name: 'Notices' }).getByRole('button', { name: 'Undo' }).press('Enter');
  await expect(messages.getByRole('button', { name: 'Done' })).toBeVisible();
  await messages.getByRole('button', { name: 'Done' }).press('Enter');
  await expect(messages.getByRole('button', { name: 'Open again' })).toBeVisible();
  const { items } = await admin.call<{ items: Record<string, unknown>[] }>('GET', '/offline-messages?state=done');
  const { agent, supervisor } = server.card.sign_ins;
  expect(items).toEqual([
    expect.objectContaining({ name: 'Grace Hopper', assigned_to: agent!.agent, done_by: supervisor!.agent, state: 'done' }),
  ]);
});
