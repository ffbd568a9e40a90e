// <switchboard-chat> on a customer's pages, under as strict a policy as there is, against a real server and an agent.

import { readFile } from 'node:fs/promises';

import { Desk } from '../support/agent.ts';
import type { DemoServer } from '../support/server.ts';
import type { Site } from '../support/site.ts';
import { accessible, expect, picture, test, type Page } from '../support/test.ts';

/** Nothing but what the site developers' page asks for. */
const policy = ({ url }: DemoServer) => `default-src 'none'; script-src ${url}; connect-src ${url}; img-src ${url}`;

function put(site: Site, server: DemoServer, path: string, attributes = '', more = ''): string {
  const { url, deployment, button } = server.card;
  return site.put(
    path,
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>A shop</h1><p>Bicycles and spare parts.</p></main>${more}
<script ${more === '' ? 'type="module"' : 'async'} src="${url}/content/element.js"></script>
<switchboard-chat deployment="${deployment}" button="${button}" ${attributes}></switchboard-chat></body></html>`,
    more === '' ? { 'content-security-policy': policy(server) } : {},
  );
}

const launcher = (page: Page) => page.getByRole('button', { name: /^Open chat/ });
const input = (page: Page) => page.getByRole('textbox', { name: 'Your message' });
const log = (page: Page) => page.getByRole('log', { name: 'Messages' });

async function write(page: Page, text: string): Promise<void> {
  await input(page).fill(text);
  await input(page).press('Enter');
}

/** From the closed launcher to an agent. */
async function begin(page: Page, desk: Desk): Promise<string> {
  await launcher(page).click();
  await page.getByRole('button', { name: 'Start chat' }).click();
  const { id } = await desk.accept();
  await expect(page.getByText('is here for you')).toBeVisible();
  return id;
}

/** What a page says that it refused, or could not do. */
function complaints(page: Page): string[] {
  const said: string[] = [];
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content.Security.Policy|Uncaught/i.test(message.text())) said.push(message.text());
  });
  return said;
}

test('a conversation on a page with a strict policy, over reload, lost network, a second tab and a restart', async ({
  page,
  server,
  site,
}) => {
  const { card } = server;
  const admin = await server.signIn('admin');
  await admin.change(`/admin/buttons/${card.button_id}`, {
    prechat_form: {
      introduction: 'Who are you?',
      fields: [
        { label: 'Your name', kind: 'text', required: true, is_name: true },
        { label: 'E-mail', kind: 'email', required: true },
        { label: 'Subject', kind: 'choice', required: false, choices: ['Order', 'Repair'] },
      ].map((field) => ({ choices: [], is_name: false, visible_to_agent: true, transcript_fields: [], map: [], ...field })),
    },
  });
  const desk = await Desk.open(server);
  const said = complaints(page);
  await page.goto(put(site, server, '/shop'));
  await expect(launcher(page)).toBeVisible();
  await accessible(page, 'the closed element');
  expect(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie])).toEqual([0, 0, '']);

  await launcher(page).click();
  await page.getByRole('button', { name: 'Start chat' }).click();
  await expect(page.getByText('Please check 2 fields.')).toBeVisible();
  await expect(page.getByLabel('Your name')).toBeFocused();
  await accessible(page, 'the form before, with errors');
  await picture(page, 'element-form');
  await page.getByLabel('Your name').fill('Ana');
  await page.getByLabel('E-mail').fill('ana@example.com');
  await page.getByLabel('Subject').selectOption('Repair');
  await page.getByRole('button', { name: 'Start chat' }).click();
  await expect(page.getByText('Please wait.')).toBeVisible();
  await accessible(page, 'waiting');
  const { id, visitor } = await desk.accept();
  expect(visitor).toMatchObject({ name: 'Ana' });

  await desk.say(id, 'Hello Ana! <img src=x onerror=alert(1)> See https://example.com/help');
  await expect(page.getByText('<img src=x onerror=alert(1)>')).toBeVisible();
  await expect(page.getByRole('link', { name: /example\.com\/help/ })).toHaveAttribute('rel', /noopener/);
  await write(page, 'My bicycle squeaks.');
  await desk.hears(id, 'My bicycle squeaks.');

  await page.reload();
  await expect(log(page).getByText('My bicycle squeaks.')).toHaveCount(1);
  await input(page).press('Escape');
  await desk.say(id, 'Which one is it?');
  await expect(page.getByRole('button', { name: 'Open chat, 1 unread message' })).toBeVisible();
  await page.reload();
  await page.getByRole('button', { name: 'Open chat, 1 unread message' }).click();
  await expect(log(page).getByText('Which one is it?')).toBeVisible();

  await page.context().setOffline(true);
  await expect(page.getByText('You are offline.')).toBeVisible();
  await write(page, 'Written without a network.');
  await write(page, 'And another one.');
  await expect(page.getByText('Not sent yet.')).toBeVisible();
  await desk.say(id, 'Said meanwhile.');
  await accessible(page, 'the element without a network');
  await page.context().setOffline(false);
  await expect(log(page).getByText('Said meanwhile.')).toBeVisible();
  await desk.hears(id, 'And another one.');

  const tab = await page.context().newPage();
  await tab.goto(page.url());
  await launcher(tab).click();
  await expect(log(tab).getByText('Written without a network.')).toHaveCount(1);
  await write(tab, 'From another tab.');
  await expect(log(page).getByText('From another tab.')).toHaveCount(1);
  await tab.close();

  await server.restart();
  await write(page, 'After the restart.');
  await desk.hears(id, 'After the restart.');
  const own = (await desk.read(id)).timeline.flatMap((entry) =>
    entry.author?.role === 'visitor' && entry.kind === 'message' ? [entry.text] : [],
  );
  const written = ['My bicycle squeaks.', 'Written without a network.', 'And another one.', 'From another tab.', 'After the restart.'];
  expect(own).toEqual(written);
  for (const text of written) await expect(log(page).getByText(text)).toHaveCount(1);

  expect(said).toEqual([]);
  desk.close();
});

test('the end: the question, the transcript, the survey, and another conversation', async ({ page, server, site }) => {
  const admin = await server.signIn('admin');
  await admin.change(`/admin/buttons/${server.card.button_id}`, { survey: { question: 'Were we of help?', comment: true } });
  const desk = await Desk.open(server);
  const said = complaints(page);
  await page.goto(put(site, server, '/shop'));
  const id = await begin(page, desk);
  await write(page, 'My bicycle squeaks.');
  await desk.hears(id, 'My bicycle squeaks.');

  const [transcript] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download transcript' }).click(),
  ]);
  expect(await readFile(await transcript.path(), 'utf8')).toContain('My bicycle squeaks.');

  await page.getByRole('button', { name: 'End conversation' }).click();
  await accessible(page, 'the question before the end');
  await page.getByRole('button', { name: 'End it' }).click();
  await expect(page.getByText('Were we of help?')).toBeVisible();
  await page.getByRole('radio', { name: 'Good', exact: true }).check();
  await page.getByLabel('Would you like to tell us more?').fill('Quick help.');
  await accessible(page, 'the survey');
  await picture(page, 'element-survey');
  await page.getByRole('button', { name: 'Send rating' }).click();
  await expect(page.getByText('Thank you for your rating.')).toBeVisible();
  const history = await admin.call<{ items: { rating: unknown }[] }>('GET', '/admin/history');
  expect(history.items[0]?.rating).toEqual({ score: 4, comment: 'Quick help.' });
  await page.reload();
  await expect(page.getByText('Thank you for your rating.')).toBeVisible();
  await page.getByRole('button', { name: 'New conversation' }).click();
  await expect(page.getByRole('button', { name: 'Start chat' })).toBeFocused();
  expect(said).toEqual([]);
  desk.close();
});

test('files by button, drop and paste; pictures are shown, refused types said, requests answered', async ({ page, server, site }) => {
  const { card } = server;
  const admin = await server.signIn('admin');
  const { settings } = await admin.call<{ settings: { files: object } }>('GET', `/admin/deployments/${card.deployment_id}`);
  await admin.change(`/admin/deployments/${card.deployment_id}`, { files: { ...settings.files, unasked: true } });
  const desk = await Desk.open(server);
  const agent = await server.signIn('agent');
  await page.goto(put(site, server, '/shop'));
  const id = await begin(page, desk);

  const drawn = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 600, height: 400 });
    const context = canvas.getContext('2d');
    context!.fillStyle = '#2277aa';
    context!.fillRect(0, 0, 600, 400);
    return canvas.toDataURL('image/png').split(',')[1]!;
  });
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Attach a file' }).click()]);
  await chooser.setFiles({ name: 'wheel.png', mimeType: 'image/png', buffer: Buffer.from(drawn, 'base64') });
  await expect(page.getByRole('img', { name: /wheel\.png/ })).toBeVisible();

  // What browsers do with a file that is dropped or pasted.
  const hand = (type: 'drop' | 'paste', name: string, mime: string, content: string) =>
    page.locator('switchboard-chat').evaluate(
      (element, [type, name, mime, content]) => {
        const data = new DataTransfer();
        data.items.add(new File([content!], name!, { type: mime! }));
        const options = { bubbles: true, cancelable: true, composed: true };
        const target = element.shadowRoot!.querySelector(type === 'drop' ? '.chat' : 'textarea')!;
        const event =
          type === 'drop'
            ? new DragEvent('drop', { ...options, dataTransfer: data })
            : new ClipboardEvent('paste', { ...options, clipboardData: data });
        target.dispatchEvent(event);
      },
      [type, name, mime, content],
    );
  await hand('drop', 'note.txt', 'text/plain', 'the squeak begins at noon');
  const file = page.getByRole('button', { name: /^note\.txt/ });
  await expect(file).toBeVisible();
  const [saved] = await Promise.all([page.waitForEvent('download'), file.click()]);
  expect(await readFile(await saved.path(), 'utf8')).toBe('the squeak begins at noon');

  await hand('paste', 'picture.png', 'image/png', 'MZ\u0090\u0000 not a picture');
  await expect(page.getByText('files of this type are not accepted')).toBeVisible();
  await picture(page, 'element-files');
  await accessible(page, 'files');
  await page.getByRole('button', { name: 'Take back' }).click();
  await expect(page.getByText('files of this type are not accepted')).toHaveCount(0);

  await agent.call('POST', `/conversations/${id}/file-requests`);
  await expect(page.getByRole('button', { name: 'Choose a file' })).toBeVisible();
  await accessible(page, 'a request for a file');
  await page.getByRole('button', { name: 'No, thank you' }).click();
  await expect(page.getByText('You did not send a file.')).toBeVisible();
  const names = (await desk.read(id)).timeline.flatMap((entry) =>
    entry.kind === 'file' ? [(entry as unknown as { file: { name: string } }).file.name] : [],
  );
  expect(names).toEqual(['wheel.png', 'note.txt']);
  desk.close();
});

test('by keyboard alone, in the dark, on a small screen, enlarged and with forced colours', async ({ page, server, site }) => {
  const desk = await Desk.open(server);
  const agent = await server.signIn('agent');
  await page.goto(put(site, server, '/shop'));
  await expect(launcher(page)).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(launcher(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Start chat' })).toBeFocused();
  await page.keyboard.press('Enter');
  const { id } = await desk.accept();
  await expect(input(page)).toBeFocused();
  await page.keyboard.type('One line');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('and another');
  await agent.call('POST', `/conversations/${id}/typing`, { typing: true });
  await expect(page.getByText('is typing…')).toBeVisible();
  await page.keyboard.press('Enter');
  await desk.hears(id, 'One line\nand another');
  await desk.say(id, 'Thank you. Anything else?');
  await expect(log(page).getByText('Anything else?')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(launcher(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(input(page)).toBeFocused();
  // There is a way out at both ends.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.localName)).not.toBe('switchboard-chat');

  await picture(page, 'element-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await accessible(page, 'the element in the dark');
  await picture(page, 'element-dark');
  await page.setViewportSize({ width: 360, height: 640 });
  await accessible(page, 'the element on a small screen');
  await picture(page, 'element-mobile');
  // 1280 × 1024 at 400 %.
  await page.setViewportSize({ width: 320, height: 256 });
  await expect(input(page)).toBeInViewport();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.emulateMedia({ forcedColors: 'active' });
  await picture(page, 'element-forced-colours');
  desk.close();
});

test('in Arabic, from right to left, with the deployment’s colours; in German', async ({ browser, server, site }) => {
  const admin = await server.signIn('admin');
  const { settings } = await admin.call<{ settings: { appearance: object } }>('GET', `/admin/deployments/${server.card.deployment_id}`);
  await admin.change(`/admin/deployments/${server.card.deployment_id}`, {
    appearance: { ...settings.appearance, primary_color: '#ffd54a', texts: { welcome: 'أهلًا بك <b>' } },
  });
  const desk = await Desk.open(server);
  const url = put(site, server, '/shop');
  const arabic = await (await browser.newContext({ locale: 'ar-EG' })).newPage();
  await arabic.goto(url);
  await arabic.getByRole('button', { name: 'فتح المحادثة' }).click();
  await expect(arabic.getByText('أهلًا بك <b>')).toBeVisible();
  const box = await arabic.getByRole('dialog').boundingBox();
  expect(box!.x).toBeLessThan(100);
  await arabic.getByRole('button', { name: 'بدء المحادثة' }).click();
  const { id, visitor } = await desk.accept();
  expect(visitor).toMatchObject({ language: 'ar-EG' });
  await desk.say(id, 'Hello ليلى, see https://example.com/orders/42 please.');
  await arabic.getByRole('textbox', { name: 'رسالتك' }).fill('مرحبا، order 42 من فضلك');
  await arabic.keyboard.press('Enter');
  await desk.hears(id, 'مرحبا، order 42 من فضلك');
  await accessible(arabic, 'the element in Arabic');
  await picture(arabic, 'element-arabic');
  await arabic.setViewportSize({ width: 360, height: 640 });
  await picture(arabic, 'element-arabic-mobile');
  await arabic.context().close();

  const german = await (await browser.newContext({ locale: 'de-AT' })).newPage();
  await german.goto(url);
  await german.getByRole('button', { name: 'Chat öffnen' }).click();
  await expect(german.getByRole('button', { name: 'Chat beginnen' })).toBeVisible();
  await accessible(german, 'the element in German');
  await german.context().close();
  desk.close();
});

test('the page’s own scripts and styles: methods, events, being moved, two at once', async ({ page, server, site }) => {
  const desk = await Desk.open(server);
  const style = '<style>* { all: unset !important } button { display: none !important }</style>';
  await page.goto(put(site, server, '/app', 'id="one" name="Ana"', style));
  await expect(launcher(page)).toBeVisible();
  await page.evaluate(() => {
    type Chat = HTMLElement & {
      on(name: string, handler: (event: CustomEvent) => void): void;
      setDetails(details: object): void;
      send(text: string): void;
    };
    const chat = document.querySelector('switchboard-chat') as Chat;
    const heard: string[] = [];
    Object.assign(window, { heard });
    for (const name of ['open', 'close', 'start', 'message', 'end', 'unread'])
      chat.on(name, ({ detail }) => heard.push(detail.text ?? name));
    chat.setDetails({ Cart: 7 });
    chat.send('Sent by the page.');
  });
  await page.getByRole('button', { name: 'Start chat' }).click();
  const { id, visitor } = await desk.accept();
  expect(visitor).toMatchObject({ name: 'Ana' });
  await desk.hears(id, 'Sent by the page.');
  await desk.say(id, 'Heard.');
  await expect(log(page).getByText('Heard.')).toBeVisible();
  const heard = () => page.evaluate(() => (window as unknown as { heard: string[] }).heard);
  expect(await heard()).toEqual(expect.arrayContaining(['open', 'start', 'Sent by the page.', 'Heard.']));

  // A framework that draws its page anew takes the element out and puts it back, or moves it.
  await page.evaluate(() => {
    const chat = document.querySelector('switchboard-chat')!;
    document.querySelector('main')!.append(chat);
  });
  await expect(log(page).getByText('Heard.')).toHaveCount(1);
  await page.evaluate(async () => {
    const chat = document.querySelector('switchboard-chat')!;
    chat.remove();
    await new Promise((done) => setTimeout(done));
    document.body.append(chat);
  });
  await expect(log(page).getByText('Heard.')).toHaveCount(1);
  await desk.say(id, 'Still there?');
  await expect(log(page).getByText('Still there?')).toHaveCount(1);

  // Another one beside it, of the same entry point, is of the same conversation.
  await page.evaluate(() => {
    const one = document.querySelector('switchboard-chat')!;
    const two = one.cloneNode() as HTMLElement;
    two.id = 'two';
    two.removeAttribute('open');
    two.setAttribute('position', 'bottom-left');
    document.body.append(two);
  });
  const two = page.locator('#two');
  await expect(two.getByRole('dialog')).toBeVisible();
  await two.getByRole('textbox').fill('From the other one.');
  await two.getByRole('textbox').press('Enter');
  await desk.hears(id, 'From the other one.');
  await expect(page.locator('#one').getByText('From the other one.')).toHaveCount(1);
  await page.evaluate(() => (document.querySelector('#two') as HTMLElement & { destroy(): void }).destroy());
  await expect(two).toHaveCount(0);

  await page.evaluate(() => (document.querySelector('#one') as HTMLElement & { close(): void }).close());
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.evaluate(() => document.querySelector('#one')!.setAttribute('open', ''));
  await expect(page.getByRole('dialog')).toBeVisible();
  await desk.end(id);
  await expect.poll(heard).toContain('end');
  desk.close();
});
