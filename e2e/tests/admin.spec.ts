// What admins do, with the keyboard alone.

import { enter, goByPalette, tabTo } from '../support/office.ts';
import { expect, test } from '../support/test.ts';

interface Button {
  settings: { prechat_form: { fields: { label: string; is_name: boolean }[] } | null };
}

test('an admin sets up a queue, an agent and a form without a mouse, and nothing typed is lost', async ({ page, server }) => {
  const { card } = server;
  const api = await server.signIn('admin');
  await enter(page, server, 'admin');

  await goByPalette(page, 'Queues');
  await tabTo(page, page.getByRole('link', { name: 'New queue' }));
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByLabel('Name'));
  await page.keyboard.type('Orders');
  await page.keyboard.press('Control+s');
  await expect(page.getByRole('heading', { name: 'Orders', level: 1 })).toBeVisible();

  await goByPalette(page, 'Agents');
  await tabTo(page, page.getByRole('link', { name: 'New agent' }));
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByLabel('Name', { exact: false }).first());
  await page.keyboard.type('Bea Bright');
  await page.keyboard.press('Tab');
  await page.keyboard.type('agent');
  await page.keyboard.press('Tab');
  await page.keyboard.type('a first password');
  await tabTo(page, page.getByRole('checkbox', { name: 'Orders' }));
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  // The login is somebody else's: that is said at its field, which has the keyboard.
  const login = page.getByLabel('Login');
  await expect(login).toHaveAttribute('aria-invalid', 'true');
  await expect(login).toBeFocused();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('bea');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Bea Bright', level: 1 })).toBeVisible();
  const { items } = await api.call<{ items: { settings: { login: string; queues: string[] } }[] }>('GET', '/admin/agents');
  expect(items.find(({ settings }) => settings.login === 'bea')?.settings.queues).toHaveLength(1);

  await page.goto(`${server.url}/console/admin/buttons/${card.button_id}?tab=forms`);
  const ask = page.getByRole('switch', { name: 'Ask something first' });
  await expect(ask).toBeVisible();
  if ((await ask.getAttribute('aria-checked')) === 'true') {
    await tabTo(page, ask);
    await page.keyboard.press('Space');
  }
  await tabTo(page, ask);
  await page.keyboard.press('Space');
  await tabTo(page, page.getByRole('button', { name: 'Add a field' }));
  await page.keyboard.press('Enter');
  const questions = page.getByLabel('Question');
  await expect(questions.nth(1)).toBeFocused();
  await page.keyboard.type('Order number');
  await page.keyboard.press('Alt+ArrowUp');
  await expect(questions.first()).toHaveValue('Order number');
  // Nothing is saved yet, and a reload takes nothing.
  await page.reload();
  await expect(page.getByText('These are your changes from before')).toBeVisible();
  await expect(questions.first()).toHaveValue('Order number');
  await page.keyboard.press('Control+s');
  await expect(page.getByText('is saved.')).toBeVisible();
  const { settings } = await api.call<Button>('GET', `/admin/buttons/${card.button_id}`);
  expect(settings.prechat_form?.fields.map(({ label }) => label)).toEqual(['Order number', 'Your name']);

  await goByPalette(page, 'Queues');
  await tabTo(page, page.getByRole('link', { name: 'Orders' }));
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('button', { name: 'Remove' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alertdialog')).toContainText('Remove “Orders”?');
  await tabTo(page, page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }));
  await page.keyboard.press('Enter');
  // The new agent serves it: the server says who, and nothing is lost.
  await expect(page.getByText(/Bea Bright.*still uses/)).toBeVisible();
});
