// The agent's workspace, as an agent uses it: in a browser, mostly by keyboard, against a real server that is killed now and then.

import { accept, field, goOnline, offer, pane, signIn } from '../support/console.ts';
import { looks } from '../support/looks.ts';
import { Person } from '../support/person.ts';
import { accessible, expect, picture, test } from '../support/test.ts';

test('a whole conversation with the keyboard alone', async ({ page, server }) => {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => message.text().includes('Content Security Policy') && complaints.push(message.text()));
  const supervisor = await server.signIn('supervisor');
  await supervisor.call('POST', '/admin/quick-texts', {
    name: 'Greeting',
    shortcut: 'hi',
    text: 'Hello {visitor.name}, is it about order {detail.Order}?',
  });

  await page.goto(`${server.url}/console/`);
  await expect(page.getByLabel('Login')).toBeFocused();
  await accessible(page, 'the sign-in');
  await picture(page, 'console-sign-in');
  await signIn(page, server, 'agent');
  await goOnline(page, server);
  const visitor = await Person.start(server, 'Ada Lovelace', { details: [{ label: 'Order', value: '4711' }] });
  await expect(offer(page)).toBeVisible();
  await accessible(page, 'an offer');
  await picture(page, 'console-offer');
  await accept(page, 'Ada Lovelace');

  await visitor.say('My parcel has not come: https://shop.example.com/orders/4711');
  await expect(page.getByRole('log').getByRole('link', { name: 'https://shop.example.com/orders/4711' })).toHaveAttribute(
    'rel',
    /noopener noreferrer/,
  );
  await page.keyboard.type('/hi');
  await expect(page.getByRole('option', { name: /Greeting/ })).toBeVisible();
  await accessible(page, 'quick texts');
  await page.keyboard.press('Enter');
  await expect(field(page)).toHaveValue('Hello Ada Lovelace, is it about order 4711?');
  await page.keyboard.press('Enter');
  await expect.poll(() => visitor.hears()).toEqual(['Hello Ada Lovelace, is it about order 4711?']);

  await page.keyboard.press('Alt+n');
  await page.keyboard.type('She was here last week.');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('log').getByText('She was here last week.')).toBeVisible();
  await page.keyboard.press('Alt+n');

  await page.keyboard.press('Alt+g');
  await page.getByRole('dialog').getByLabel('Note').pressSequentially('May I refund?');
  await accessible(page, 'asking for help');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(pane(page, 'Ada Lovelace').getByText('Help asked for: May I refund?')).toBeVisible();

  await looks(page, 'agent');

  await page.keyboard.press('Alt+e');
  await expect(page.getByRole('dialog', { name: /End the conversation/ })).toBeVisible();
  await page.keyboard.type('Refunded');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('log').getByText('The agent ended the conversation')).toBeVisible();
  expect((await visitor.hears()).length).toBe(1);
  expect(complaints).toEqual([]);
});

test('nothing written is lost or sent twice: reload, lost network, a killed server, an ended sign-in', async ({ page, server }) => {
  await signIn(page, server, 'agent');
  await goOnline(page, server);
  const visitor = await Person.start(server, 'Grace Hopper');
  await accept(page, 'Grace Hopper');

  await page.keyboard.type('A draft that');
  await page.reload();
  await expect(field(page)).toHaveValue('A draft that');
  await field(page).press('End');
  await page.keyboard.type(' stays');
  await page.keyboard.press('Enter');
  await expect.poll(() => visitor.hears()).toEqual(['A draft that stays']);

  await page.context().setOffline(true);
  await expect(page.getByText('Offline', { exact: true }).first()).toBeVisible();
  for (const text of ['One', 'Two']) {
    await page.keyboard.type(text);
    await page.keyboard.press('Enter');
  }
  await expect(page.getByText('Not sent yet').first()).toBeVisible();
  await picture(page, 'console-agent-offline');
  await visitor.say('Are you there?');
  await page.context().setOffline(false);
  await expect.poll(() => visitor.hears()).toEqual(['A draft that stays', 'One', 'Two']);
  await expect(page.getByRole('log').getByText('Are you there?')).toHaveCount(1);

  await server.end('SIGKILL');
  await expect(page.getByText('Offline', { exact: true }).first()).toBeVisible();
  await page.keyboard.type('Three');
  await page.keyboard.press('Enter');
  await server.comeBack();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await expect.poll(() => visitor.hears()).toEqual(['A draft that stays', 'One', 'Two', 'Three']);
  await expect(page.getByRole('log').getByText('Three', { exact: true })).toHaveCount(1);

  await page.keyboard.type('Written before');
  // A new password ends every other sign-in of the agent, this page's too.
  const elsewhere = await server.signIn('agent');
  const password = 'four words of her own';
  await elsewhere.call('POST', '/me/password', { current: server.card.sign_ins.agent!.password, new: password });
  const again = page.getByRole('dialog', { name: 'Please sign in again' });
  await expect(again).toBeVisible();
  await accessible(page, 'an ended sign-in');
  await again.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
  await expect(again).toBeHidden();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await expect(field(page)).toHaveValue('Written before');
  await field(page).press('Enter');
  await expect.poll(() => visitor.hears()).toContain('Written before');
});

test('two agents: a transfer with a note, and what a visitor sends to harm them', async ({ page, browser, server }) => {
  const alerts: string[] = [];
  page.on('dialog', (dialog) => {
    alerts.push(dialog.message());
    void dialog.dismiss();
  });
  await signIn(page, server, 'agent');
  await goOnline(page, server);
  const evil = '<img src=x onerror=alert(1)>\u202e';
  const visitor = await Person.start(server, evil, { details: [{ label: '<b>Order</b>', value: '<script>alert(2)</script>' }] });
  await expect(offer(page)).toBeVisible();
  await page.keyboard.press('Alt+y');
  await expect(page.getByRole('heading', { name: '<img src=x onerror=alert(1)>' })).toBeVisible();
  await visitor.say('<script>alert(3)</script> javascript:alert(4) https://good.example@evil.example/');
  await expect(page.getByRole('log').getByText('<script>alert(3)</script>')).toBeVisible();
  await expect(page.getByRole('log').getByRole('link')).toHaveCount(0);
  await expect(page.getByText('<script>alert(2)</script>')).toBeVisible();

  const other = await browser.newContext();
  const colleague = await other.newPage();
  await signIn(colleague, server, 'supervisor');
  await colleague.keyboard.press('Alt+o');
  await expect(colleague.getByRole('button', { name: 'Presence: Online' })).toBeVisible();
  await page.keyboard.press('Alt+t');
  const dialog = page.getByRole('dialog', { name: /^Transfer/ });
  await expect(dialog.getByRole('option', { name: /Sam Supervisor/ })).toBeVisible();
  await accessible(page, 'a transfer');
  await picture(page, 'console-transfer');
  await page.keyboard.type('sam');
  await page.keyboard.press('Enter');
  await expect(dialog.getByText('To: Sam Supervisor')).toBeVisible();
  await dialog.getByLabel('Note').fill('Wants a refund');
  await dialog.getByRole('button', { name: 'Transfer' }).click();
  await expect(page.getByText('Transferred to somebody else')).toBeVisible();

  await expect(offer(colleague).getByText('Wants a refund')).toBeVisible();
  await colleague.keyboard.press('Alt+y');
  await expect(colleague.getByRole('log').getByText('<script>alert(3)</script>')).toBeVisible();
  await colleague.keyboard.type('I take over.');
  await colleague.keyboard.press('Enter');
  await expect.poll(() => visitor.hears()).toContain('I take over.');
  expect(alerts).toEqual([]);
  await other.close();
});

test.describe('from right to left', () => {
  test.use({ locale: 'ar' });
  test('the workspace in Arabic', async ({ page, server }) => {
    await page.goto(`${server.url}/console/`);
    await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
    await page.getByLabel('اسم الدخول').fill('agent');
    await page.getByLabel('كلمة المرور').fill(server.card.sign_ins.agent!.password);
    await page.keyboard.press('Enter');
    await expect(page.getByText('مباشر', { exact: true })).toBeVisible();
    await accessible(page, 'the workspace in Arabic');
    await picture(page, 'console-agent-arabic');
  });
});
