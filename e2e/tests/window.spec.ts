// Pages that were written for Live Agent, with only the host changed, and the chat window that they open.

import { Desk } from '../support/agent.ts';
import { accessible, expect, picture, test } from '../support/test.ts';
import { composer, deploymentCode, openWindow, shopPage, write } from '../support/visitor.ts';

test('an old page with our host: the button shows, both type through reload, lost network and a restart, the survey is answered', async ({
  page,
  server,
  site,
}) => {
  const admin = await server.signIn('admin');
  await admin.change(`/admin/buttons/${server.card.button_id}`, { survey: { question: null, comment: true } });
  const desk = await Desk.open(server);
  const detail = `<script>_laq.push(function () { liveagent.addCustomDetail('Cart', 7); liveagent.setName('Ada Lovelace'); });</script>`;
  await page.goto(site.put('/shop', shopPage(server.card, detail)));

  const window = await openWindow(page);
  await expect(window.getByText('Please wait')).toBeVisible();
  const { id } = await desk.accept();
  await desk.say(id, 'Hello! See https://example.com/help');
  await expect(window.getByRole('link', { name: /example\.com\/help/ })).toHaveAttribute('rel', /noopener/);
  await write(window, 'My parcel has not come.');
  await desk.hears(id, 'My parcel has not come.');
  await picture(window, 'window-light');
  await accessible(window, 'the chat window');

  await window.reload();
  await expect(window.getByText('My parcel has not come.')).toHaveCount(1);
  await desk.say(id, 'Let me look.');
  await expect(window.getByText('Let me look.')).toBeVisible();

  await window.context().setOffline(true);
  await write(window, 'Written without a network.');
  await desk.say(id, 'Said meanwhile.');
  await expect(window.getByText('You are offline')).toBeVisible();
  await window.context().setOffline(false);
  await expect(window.getByText('Said meanwhile.')).toBeVisible();
  await desk.hears(id, 'Written without a network.');

  await server.restart();
  await write(window, 'After the restart.');
  await desk.hears(id, 'After the restart.');
  await expect(window.getByText('After the restart.')).toHaveCount(1);

  await desk.end(id);
  await expect(window.getByText('The conversation was ended by us.')).toBeVisible();
  await window.getByRole('radio', { name: 'Good', exact: true }).check({ force: true });
  await window.getByLabel('Would you like to tell us more?').fill('Quick help.');
  await picture(window, 'window-survey');
  await window.getByRole('button', { name: 'Send rating' }).click();
  await expect(window.getByText('Thank you for your rating.')).toBeVisible();
  desk.close();
});

test('pre-chat and post-chat pages of the customer’s own, with prechat.js', async ({ page, server, site }) => {
  const { card } = server;
  const admin = await server.signIn('admin');
  await admin.change(`/admin/deployments/${card.deployment_id}`, { redirect_hosts: [new URL(site.origin).host], prechat_api: true });
  const before = site.put(
    '/before',
    `<!doctype html><html lang="en"><title>Before</title><h1>Before we chat</h1>
<form method="post" id="pc" name="pc"><label>E-mail <input name="liveagent.prechat:Mail"></label>
<input type="hidden" name="liveagent.prechat.name" value="Ada Lovelace">
<input type="hidden" name="liveagent.prechat.findorcreate.map:Contact" value="Email,Mail">
<input type="hidden" name="liveagent.prechat.findorcreate.map.doFind:Contact" value="Email,true">
<button>Chat</button></form><p id="cart"></p>
<script src="${card.url}/content/g/js/58.0/prechat.js"></script>
<script>pc.action = new URLSearchParams(location.search).get('endpoint');
liveagent.details.preChatInit('${card.url}/chat', function (details) {
  cart.textContent = details.customDetails.map(function (one) { return one.label + ' is ' + one.value; }).join();
}, 'pc');</script></html>`,
  );
  const after = site.put('/after', '<!doctype html><html lang="en"><title>After</title><h1>What did you think?</h1></html>');
  await admin.change(`/admin/buttons/${card.button_id}`, { form_before: before, form_after: after });
  const desk = await Desk.open(server);
  await page.goto(
    site.put('/shop', shopPage(card, `<script>_laq.push(function () { liveagent.addCustomDetail('Cart', '<b>7</b>'); });</script>`)),
  );

  const window = await openWindow(page);
  await expect(window.getByText('Cart is <b>7</b>')).toBeVisible();
  await window.getByLabel('E-mail').fill('ada@example.com');
  await window.getByRole('button', { name: 'Chat' }).click();
  const conversation = await desk.accept();
  const known = JSON.stringify([conversation.visitor, conversation.details]);
  for (const said of ['Ada Lovelace', 'ada@example.com', '<b>7</b>']) expect(known).toContain(said);
  await desk.say(conversation.id, 'Good day');
  await expect(window.getByText('Good day')).toBeVisible();

  const posted = window.waitForRequest((request) => request.url() === after && request.method() === 'POST');
  await window.getByRole('button', { name: 'End conversation' }).click();
  await picture(window, 'window-end');
  await window.getByRole('button', { name: 'End it' }).click();
  const fields = new URLSearchParams((await posted).postData() ?? '');
  expect(fields.get('disconnectedBy')).toBe('client');
  expect(fields.get('transcript')).toContain('Good day');
  expect(fields.get('chatKey')).toBeTruthy();
  await expect(window.getByRole('heading', { name: 'What did you think?' })).toBeVisible();
  desk.close();
});

test('an invitation comes by its rules, opens the chat by keyboard, and a rejected one stays away', async ({
  page,
  server,
  site,
  context,
}) => {
  const { card } = server;
  const admin = await server.signIn('admin');
  await admin.change(`/admin/buttons/${card.button_id}`, {
    invitation: {
      text: 'May we help you with your order?',
      animation: 'slide',
      start: 'bottom_right_bottom',
      end: 'bottom_right',
      rules: [
        { kind: 'page_views', operator: 'greater_or_equal', value: '2' },
        { kind: 'custom_variable', name: 'cart', operator: 'greater', value: '50' },
      ],
      filter: 'AND(1,2)',
    },
  });
  const desk = await Desk.open(server);
  const shop = (cart: number) =>
    `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>A shop</title><h1>A shop</h1><main>${cart} in the cart</main>${deploymentCode(card)}
<script>liveagent.setCustomVariable('cart', ${cart});</script></html>`;
  const card1 = page.getByRole('dialog', { name: 'Chat with us' });
  const answered = () => page.waitForResponse((response) => response.url().includes('.jsonp'));
  await Promise.all([answered(), page.goto(site.put('/one', shop(60)))]);
  await expect(card1).toBeHidden();
  await Promise.all([answered(), page.goto(site.put('/two', shop(40)))]);
  await expect(card1).toBeHidden();
  await page.goto(site.put('/three', shop(60)));
  await expect(card1).toBeVisible();
  await accessible(page, 'a page with an invitation');
  await picture(page, 'invitation');
  await page.keyboard.press('Tab');
  const [window] = await Promise.all([page.waitForEvent('popup'), page.keyboard.press('Enter')]);
  await expect(card1).toBeHidden();
  const { id } = await desk.accept();
  await desk.say(id, 'With pleasure');
  await expect(window.getByText('With pleasure')).toBeVisible();

  await context.clearCookies();
  await page.goto(site.origin + '/one');
  await page.goto(site.origin + '/three');
  await card1.getByRole('button', { name: 'No, thanks' }).click();
  await expect(card1).toBeHidden();
  await Promise.all([answered(), page.goto(site.origin + '/one')]);
  await expect(card1).toBeHidden();
  desk.close();
});

test('a chat page of the customer’s own talks by liveagent.chasitor', async ({ page, server, site }) => {
  const { card } = server;
  const admin = await server.signIn('admin');
  await admin.change(`/admin/deployments/${card.deployment_id}`, { redirect_hosts: [new URL(site.origin).host] });
  const own = site.put(
    '/chat',
    `<!doctype html><html lang="en"><title>Our own chat</title><h1>Our own chat</h1><ul id="log"></ul><button id="send">Send</button>
<script>function log(text) { var line = document.createElement('li'); line.textContent = text; document.getElementById('log').append(line); }
window._lcq = [function () {
  ['CHAT_REQUEST_SUCCESSFUL', 'CHAT_ESTABLISHED', 'AGENT_CHAT_ENDED'].forEach(function (name) {
    liveagent.addEventListener(liveagent.chasitor.Events[name], function () { log(name); });
  });
  liveagent.addEventListener('AGENT_CHAT_MESSAGE', function (event) { log(event.name + ': ' + event.content); });
  liveagent.chasitor.addCustomEventListener('coupon', function (event) { log('coupon ' + event.getData()); });
  send.onclick = function () { liveagent.chasitor.sendMessage('from my own page'); liveagent.chasitor.sendCustomEvent('cart', '7'); };
}];</script>
<script type="module" src="${card.url}/content/window/window.js"></script></html>`,
  );
  await admin.change(`/admin/buttons/${card.button_id}`, { chat_page: own });
  const desk = await Desk.open(server);
  await page.goto(site.put('/shop', shopPage(card)));
  const window = await openWindow(page);
  await expect(window.getByText('CHAT_REQUEST_SUCCESSFUL')).toBeVisible();
  const { id } = await desk.accept();
  await expect(window.getByText('CHAT_ESTABLISHED')).toBeVisible();
  await desk.say(id, '<b>Hello</b>');
  await desk.sendCustomEvent(id, 'coupon', '10 %');
  await expect(window.getByText(': <b>Hello</b>')).toBeVisible();
  await expect(window.getByText('coupon 10 %')).toBeVisible();
  await window.getByRole('button', { name: 'Send' }).click();
  await desk.hears(id, 'from my own page');
  await expect
    .poll(async () =>
      (await desk.read(id)).timeline.some((entry) => entry.kind === 'custom_event' && entry.name === 'cart' && entry.data === '7'),
    )
    .toBe(true);
  await desk.end(id);
  await expect(window.getByText('AGENT_CHAT_ENDED')).toBeVisible();
  desk.close();
});

test('the window in three languages, dark, narrow, with a form before and one for when nobody is there', async ({
  browser,
  server,
  site,
}) => {
  const { card } = server;
  const admin = await server.signIn('admin');
  const field = { required: true, choices: [], is_name: false, visible_to_agent: true, transcript_fields: [], map: [] };
  await admin.change(`/admin/buttons/${card.button_id}`, {
    prechat_form: {
      introduction: 'Who are you?',
      fields: [
        { ...field, label: 'Name', kind: 'text', is_name: true },
        { ...field, label: 'E-mail', kind: 'email' },
      ],
    },
    offline_form: { introduction: null, ask_phone: true },
  });
  const chat = (language: string) =>
    `${card.url}/content/s/chat?language=${language}&org_id=${card.organisation}&deployment_id=${card.deployment}` +
    `#deployment_id=${card.deployment}&org_id=${card.organisation}&button_id=${card.button}`;
  const desk = await Desk.open(server);
  for (const [language, start, colorScheme, width] of [
    ['en_US', 'Start chat', 'light', 482],
    ['de', 'Chat beginnen', 'dark', 360],
    ['ar', 'بدء المحادثة', 'light', 320],
  ] as const) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 640 } });
    const window = await context.newPage();
    await window.goto(chat(language));
    const button = window.getByRole('button', { name: start });
    await expect(button).toBeVisible();
    await picture(window, `window-form-${language}`);
    await accessible(window, `the form in ${language}`);
    const [name, mail] = [window.getByRole('textbox').nth(0), window.getByRole('textbox').nth(1)];
    await name.fill('<img src=x onerror=alert(1)>\u202e');
    await button.click();
    await expect(mail).toHaveAttribute('aria-invalid', 'true');
    await mail.fill('ada@example.com');
    await mail.press('Enter');
    const { id } = await desk.accept();
    await desk.say(id, '<script>alert(1)</script>\u202egnp.exe');
    await expect(window.getByText('<script>alert(1)</script>')).toBeVisible();
    await picture(window, `window-chat-${language}`);
    await accessible(window, `the chat in ${language}`);
    await desk.end(id);
    await context.close();
  }
  desk.close();

  const closed = await admin.call<{ id: string }>('POST', '/admin/hours', {
    name: 'Closed',
    time_zone: 'Europe/Berlin',
    weekly: [],
    holidays: [],
  });
  await admin.change(`/admin/buttons/${card.button_id}`, { hours: closed.id });
  const context = await browser.newContext({ viewport: { width: 482, height: 640 } });
  const window = await context.newPage();
  await window.goto(chat('en_US'));
  await expect(window.getByRole('heading', { name: 'Leave us a message' })).toBeVisible();
  await window.getByRole('textbox', { name: 'Name' }).fill('Ada');
  await window.getByRole('textbox', { name: 'E-mail address' }).fill('ada@example.com');
  await window.getByRole('textbox', { name: 'Message' }).fill('Please call me.');
  await picture(window, 'window-offline');
  await accessible(window, 'the form for when nobody is there');
  await window.getByRole('button', { name: 'Send message' }).click();
  await expect(window.getByText('Your message has arrived')).toBeVisible();
  await context.close();
});
