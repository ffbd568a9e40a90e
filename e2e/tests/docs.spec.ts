// The pages in docs/sites.md, as they stand there: only the host is put in.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Desk } from '../support/agent.ts';
import { expect, test } from '../support/test.ts';
import { openWindow } from '../support/visitor.ts';

const sites = readFileSync(join(import.meta.dirname, '../../docs/sites.md'), 'utf8');

/** The blocks of one language, in their order, with the server's own address. */
function blocks(language: string, url: string): string[] {
  return [...sites.matchAll(new RegExp('```' + language + '\\n(.*?)```', 'gs'))].map(([, text = '']) =>
    text.replaceAll('https://chat.example.com', url),
  );
}

test('the documented pages work: old code, a pre-chat page, one tag under the documented policy', async ({ page, server, site }) => {
  const { card } = server;
  const [old = '', before = '', tag = ''] = blocks('html', server.url);
  const [policy = ''] = blocks('text', server.url);
  const admin = await server.signIn('admin');
  await admin.change(`/admin/deployments/${card.deployment_id}`, { redirect_hosts: [new URL(site.origin).host] });
  const desk = await Desk.open(server);

  await page.goto(site.put('/old', old));
  const window = await openWindow(page, 'Chat with us');
  await expect(window.getByRole('textbox', { name: 'Your message' })).toBeVisible();
  const { id } = await desk.accept();
  await desk.say(id, 'Good morning');
  await expect(window.getByText('Good morning')).toBeVisible();
  await desk.end(id);
  await window.close();

  await admin.change(`/admin/buttons/${card.button_id}`, { form_before: site.put('/before', before) });
  await page.goto(site.put('/old', old));
  const asked = await openWindow(page, 'Chat with us');
  await asked.getByLabel('Name').fill('Ada Lovelace');
  await asked.getByLabel('E-mail').fill('ada@example.com');
  await asked.getByRole('button', { name: 'Start' }).click();
  const second = await desk.accept();
  await desk.say(second.id, 'Hello Ada');
  await expect(asked.getByText('Hello Ada')).toBeVisible();
  await asked.close();

  const refused: string[] = [];
  page.on('console', (message) => message.text().includes('Content Security Policy') && refused.push(message.text()));
  await page.goto(site.put('/tag', tag, { 'content-security-policy': `default-src 'none'; ${policy.trim()}` }));
  await page.getByRole('button', { name: 'Open chat' }).click();
  await expect(page.getByRole('button', { name: 'Start chat' })).toBeVisible();
  expect(refused).toEqual([]);
  desk.close();
});
