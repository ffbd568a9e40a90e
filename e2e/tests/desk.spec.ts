// An agent's day at the desk: a second factor, files both ways, a visitor who comes back and one who is blocked, two at once, calls that are missed.

import { createHmac } from 'node:crypto';

import { accept, field, goOnline, offer, pane, signIn } from '../support/console.ts';
import { inOtherLanguages, looks } from '../support/looks.ts';
import { goByPalette, tabTo } from '../support/office.ts';
import { Person } from '../support/person.ts';
import { accessible, expect, picture, test, type Page } from '../support/test.ts';
import { openWindow, shopPage, write } from '../support/visitor.ts';

/** A one-time code (RFC 6238) of the step that runs now, or of the one after `used`: no step counts twice. */
function code(key: string, used = 0): { digits: string; step: number } {
  const bits = [...key].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const secret = Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)));
  const step = Math.max(Math.floor(Date.now() / 30_000), used + 1);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac('sha1', secret).update(counter).digest();
  const number = hash.readUInt32BE(hash.at(-1)! & 0xf) & 0x7fff_ffff;
  return { digits: String(number % 1_000_000).padStart(6, '0'), step };
}

test('a second factor is set up with the keyboard, and asked for from then on', async ({ page, server }) => {
  await signIn(page, server, 'agent');
  await goByPalette(page, 'Your account');
  await tabTo(page, page.getByRole('button', { name: 'Set up' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('img', { name: 'QR code for your authenticator' })).toBeVisible();
  await expect(page.getByLabel('One-time code')).toBeFocused();
  await looks(page, 'second-factor');
  const key = (await page.locator('code').innerText()).replace(/\s/g, '');
  const { digits, step } = code(key);
  await page.keyboard.type(digits);
  await page.keyboard.press('Enter');
  await expect(page.getByText('A one-time code is asked for at sign-in.')).toBeVisible();
  await inOtherLanguages(page, 'account', (page) => expect(page.getByRole('heading', { level: 1 })).toBeVisible());

  await tabTo(page, page.getByRole('button', { name: /Account of Ann Agent/ }), { back: true });
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeVisible();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.getByLabel('Login').fill('agent');
  await page.getByLabel('Password').fill(server.card.sign_ins.agent!.password);
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('One-time code')).toBeFocused();
  await picture(page, 'console-sign-in-code');
  await accessible(page, 'the question for a code');
  // The one that was used already.
  await page.keyboard.type(digits);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Login, password or code is wrong.')).toBeVisible();
  await page.getByLabel('One-time code').fill(code(key, step).digits);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
});

/** A picture that the browser draws: bytes that are one. */
async function drawn(page: Page): Promise<Buffer> {
  const text = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 300, height: 200 });
    const context = canvas.getContext('2d')!;
    context.fillStyle = '#2277aa';
    context.fillRect(0, 0, 300, 200);
    return canvas.toDataURL('image/png').split(',')[1]!;
  });
  return Buffer.from(text, 'base64');
}
const disguised = { name: 'invoice.png', mimeType: 'image/png', buffer: Buffer.from('MZ\u0090\u0000 not a picture', 'latin1') };

test('files both ways; the end and the work after it; a visitor who comes back, and is blocked', async ({
  page,
  browser,
  server,
  site,
}) => {
  const { card } = server;
  const admin = await server.signIn('admin');
  const role = await admin.call<{ id: string }>('POST', '/admin/roles', { name: 'Blocks visitors', permissions: ['visitors.block'] });
  const agent = `/admin/agents/${card.sign_ins.agent!.agent}`;
  const { settings } = await admin.call<{ settings: { roles: string[] } }>('GET', agent);
  await admin.change(agent, { roles: [...settings.roles, role.id], after_work_seconds: null });
  const desk = await (await browser.newContext()).newPage();
  await signIn(desk, server, 'agent');
  await goOnline(desk, server);
  await page.goto(site.put('/shop', shopPage(card, `<script>_laq.push(function () { liveagent.setName('Ada Lovelace'); });</script>`)));
  const window = await openWindow(page);
  await accept(desk, 'Ada Lovelace');
  const log = desk.getByRole('log');

  await desk.keyboard.press('Alt+r');
  await expect(log.getByText('A file was asked for')).toBeVisible();
  const choose = async (file: { name: string; mimeType: string; buffer: Buffer }) => {
    const [chooser] = await Promise.all([
      window.waitForEvent('filechooser'),
      window.getByRole('button', { name: 'Choose a file' }).click(),
    ]);
    await chooser.setFiles(file);
  };
  // What is in it counts, not what it is called.
  await choose(disguised);
  await expect(window.getByText('files of this type are not accepted')).toBeVisible();
  await choose({ name: 'parcel.png', mimeType: 'image/png', buffer: await drawn(page) });
  await expect(log.getByRole('img', { name: 'parcel.png' })).toBeVisible();
  await log.getByRole('button', { name: 'Show parcel.png larger' }).press('Enter');
  await expect(desk.getByRole('dialog', { name: 'parcel.png' })).toBeVisible();
  await accessible(desk, 'an image shown large');
  await picture(desk, 'console-file-large');
  await desk.keyboard.press('Escape');

  const attach = async (file: { name: string; mimeType: string; buffer: Buffer }) => {
    const [chooser] = await Promise.all([desk.waitForEvent('filechooser'), desk.keyboard.press('Alt+p')]);
    await chooser.setFiles(file);
  };
  await attach(disguised);
  await expect(log.getByRole('alert')).toContainText('Files of that type are not accepted');
  await accessible(desk, 'a file that was refused');
  await picture(desk, 'console-file-refused');
  await log.getByRole('button', { name: 'Do not send invoice.png' }).press('Enter');
  let send = (): void => undefined;
  const held = new Promise<void>((done) => (send = done));
  await desk.route('**/files*', async (route) => {
    await held;
    await route.continue();
  });
  await attach({ name: 'terms.txt', mimeType: 'text/plain', buffer: Buffer.from('Thirty days.') });
  await expect(log.getByRole('progressbar', { name: 'terms.txt is being sent' })).toBeVisible();
  send();
  await expect(window.getByText('terms.txt')).toBeVisible();
  await expect(log.getByRole('progressbar')).toHaveCount(0);
  await desk.unroute('**/files*');

  await field(desk).focus();
  await desk.keyboard.press('Alt+n');
  await desk.keyboard.type('Refund on Monday.');
  await desk.keyboard.press('Enter');
  await expect(log.getByText('Refund on Monday.')).toBeVisible();
  await desk.keyboard.press('Alt+n');
  await desk.keyboard.press('Alt+e');
  await expect(desk.getByRole('dialog', { name: /End the conversation/ })).toBeVisible();
  await desk.getByRole('dialog').getByRole('button', { name: 'End', exact: true }).press('Enter');
  await expect(window.getByText('The conversation was ended by us.')).toBeVisible();
  // She still carries it until she says that all is done.
  await expect(desk.getByRole('heading', { name: /To finish/ })).toBeVisible();
  // What is written now is for colleagues.
  const note = desk.getByRole('textbox', { name: 'Note for colleagues' });
  await note.fill('Refunded by hand');
  await note.press('Enter');
  await expect(log.getByText('Refunded by hand')).toBeVisible();
  await expect(window.getByText('Refunded by hand')).toHaveCount(0);
  await picture(desk, 'console-after-work');
  await accessible(desk, 'the work after a conversation');
  await desk.keyboard.press('Alt+f');
  await expect(desk.getByRole('heading', { name: /To finish/ })).toHaveCount(0);

  await window.getByRole('button', { name: 'New conversation' }).click();
  const again = window.getByRole('button', { name: 'Start chat' });
  await again.click();
  await accept(desk, 'Ada Lovelace');
  await desk.keyboard.press('Alt+h');
  const past = desk.getByRole('complementary').getByRole('listitem').getByRole('button');
  await expect(past).toHaveCount(1);
  await accessible(desk, 'earlier conversations');
  await past.press('Enter');
  const earlier = desk.getByRole('dialog', { name: /^Conversation of/ });
  await expect(earlier.getByRole('img', { name: 'parcel.png' })).toBeVisible();
  await expect(earlier.getByText('Refund on Monday.')).toBeVisible();
  await accessible(desk, 'an earlier conversation');
  await picture(desk, 'console-past');
  await desk.keyboard.press('Escape');
  await expect(earlier).toHaveCount(0);

  await desk.keyboard.press('Alt+b');
  const question = desk.getByRole('dialog', { name: 'Block Ada Lovelace?' });
  await expect(question).toBeVisible();
  await accessible(desk, 'the question before a block');
  await picture(desk, 'console-block');
  await desk.keyboard.type('Threats');
  await question.getByRole('button', { name: 'Block', exact: true }).press('Enter');
  await expect(window.getByText('The conversation was ended by us.')).toBeVisible();
  await window.getByRole('button', { name: 'New conversation' }).click();
  await expect(window.getByText('Nobody is available at the moment. Please try again later.')).toBeVisible();
  await expect(again).toHaveCount(0);
  expect(await (await Person.start(server, 'Ada Lovelace')).refused()).toBe('blocked');
  const { items } = await admin.call<{ items: { id: string; settings: { note: string } }[] }>('GET', '/admin/blocks');
  expect(items.map(({ settings }) => settings.note)).toEqual(['Threats']);
  await admin.call('DELETE', `/admin/blocks/${items[0]!.id}`);
  expect(await (await Person.start(server, 'Ada Lovelace')).refused()).toBeNull();
  await expect(offer(desk)).toBeVisible();
});

interface Called {
  notifications: { title: string; body: string }[];
  sounds: number;
  looksAway: boolean;
}
const called = (page: Page) => page.evaluate(() => (window as unknown as { called: Called }).called);
const lookAway = (page: Page, away: boolean) =>
  page.evaluate((away) => {
    (window as unknown as { called: Called }).called.looksAway = away;
    dispatchEvent(new Event(away ? 'blur' : 'focus'));
  }, away);

test('two at once, side by side; calls by sound and notification; an offer that runs out', async ({ page, server }) => {
  const { card } = server;
  const admin = await server.signIn('admin');
  await admin.change('/admin/workspace', { away_reasons: ['Lunch', 'Training'], decline_reasons: ['Not my subject'] });
  await admin.change(`/admin/agents/${card.sign_ins.agent!.agent}`, { away_on_timeout: true });
  // What the browser would show and sound is written down instead.
  await page.addInitScript(() => {
    const called = { notifications: [] as object[], sounds: 0, looksAway: false };
    Object.assign(window, { called });
    class Shown {
      static permission = 'granted';
      onclick: (() => void) | null = null;
      constructor(title: string, { body }: { body: string }) {
        called.notifications.push({ title, body });
      }
      close(): void {}
    }
    Object.assign(window, { Notification: Shown });
    document.hasFocus = () => !called.looksAway;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...at) {
      called.sounds += 1;
      start.apply(this, at);
    };
  });
  await page.setViewportSize({ width: 1600, height: 900 });
  await signIn(page, server, 'agent');
  await goOnline(page, server);
  await page.keyboard.press('Alt+c');
  const ada = await Person.start(server, 'Ada Lovelace');
  await accept(page, 'Ada Lovelace');
  const grace = await Person.start(server, 'Grace Hopper');
  await accept(page, 'Grace Hopper');
  await expect(pane(page, 'Ada Lovelace')).toBeVisible();
  const sounds = (await called(page)).sounds;
  expect(sounds).toBeGreaterThan(0);

  await ada.say('Are you there?');
  const item = page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: /Ada Lovelace/ });
  await expect(item).toContainText('One unread');
  await expect(item).toContainText('Waits for your answer since');
  await expect(pane(page, 'Ada Lovelace').getByText(/^Waits 0:\d\d for your answer/)).toBeVisible();
  await expect.poll(async () => (await called(page)).sounds).toBeGreaterThan(sounds);
  await looks(page, 'two-at-once');
  await page.keyboard.press('Alt+u');
  await expect(pane(page, 'Ada Lovelace').getByRole('textbox')).toBeFocused();
  await expect(item).not.toContainText('unread');
  await page.keyboard.type('Here I am.');
  await page.keyboard.press('Enter');
  await expect.poll(() => ada.hears()).toEqual(['Here I am.']);
  await expect(item).not.toContainText('Waits for your answer since');
  await page.keyboard.press('Alt+x');
  await expect(pane(page, 'Grace Hopper').getByRole('textbox')).toBeFocused();

  await lookAway(page, true);
  await grace.say('A secret.');
  await expect.poll(async () => (await called(page)).notifications.at(-1)).toEqual({ title: 'Grace Hopper', body: 'New message' });
  await lookAway(page, false);
  await goByPalette(page, 'Your account');
  await tabTo(page, page.getByRole('switch', { name: 'Sound' }));
  await page.keyboard.press('Space');
  await expect(page.getByRole('switch', { name: 'Sound' })).not.toBeChecked();
  const quiet = (await called(page)).sounds;

  await tabTo(page, page.getByRole('button', { name: /^Presence/ }), { back: true });
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'Lunch' })).toBeVisible();
  await accessible(page, 'the choice of a presence');
  await picture(page, 'console-presence');
  await page.keyboard.type('Lunch');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: /^Presence: Away/ })).toContainText('Lunch');
  const { presence } = await admin.call<{ presence: object }>('GET', `/admin/agents/${card.sign_ins.agent!.agent}`);
  expect(presence).toMatchObject({ status: 'away', note: 'Lunch' });
  await goOnline(page, server);

  const { settings } = await admin.call<{ settings: { routing: object } }>('GET', `/admin/buttons/${card.button_id}`);
  await admin.change(`/admin/buttons/${card.button_id}`, { routing: { ...settings.routing, push_timeout_seconds: 10 } });
  await lookAway(page, true);
  await Person.start(server, 'Katherine Johnson');
  await expect(offer(page).getByRole('timer')).toHaveText(/^\s*(10|[1-9])$/);
  await expect(page).toHaveTitle(/^\(\d+\)/);
  await expect(page.getByText('You missed Katherine Johnson: the offer ran out.')).toBeVisible();
  await expect(offer(page)).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Presence: Away' })).toBeVisible();
  await page.getByRole('button', { name: 'Presence: Away' }).click();
  await expect(page.getByText('Set because an offer timed out')).toBeVisible();
  const { notifications, sounds: last } = await called(page);
  expect(notifications.slice(-2)).toEqual([
    { title: 'A visitor waits for you', body: 'Katherine Johnson' },
    { title: 'An offer ran out', body: 'Katherine Johnson' },
  ]);
  expect(JSON.stringify(notifications)).not.toContain('secret');
  expect(last, 'muted').toBe(quiet);
});
