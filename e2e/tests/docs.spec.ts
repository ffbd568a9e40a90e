// The pages in docs/sites.md and docs/segment.md, as they stand there: only the host is put in.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Desk } from '../support/agent.ts';
import { integration } from '../support/crm.ts';
import { built, eventSource, labels, segmentNetwork, SNIPPET, Watched } from '../support/segment.ts';
import { expect, test } from '../support/test.ts';
import { openWindow } from '../support/visitor.ts';

/** The blocks of one language in a document, in their order, with the server's own address. */
function blocks(document: string, language: string, url: string): string[] {
  const text = readFileSync(join(import.meta.dirname, '../../docs', document), 'utf8');
  return [...text.matchAll(new RegExp('```' + language + '\\n(.*?)```', 'gs'))].map(([, text = '']) =>
    text.replaceAll('https://chat.example.com', url),
  );
}

test('the documented pages work: old code, a pre-chat page, one tag under the documented policy', async ({ page, server, site }) => {
  const { card } = server;
  const [old = '', before = '', tag = ''] = blocks('sites.md', 'html', server.url);
  const [policy = ''] = blocks('sites.md', 'text', server.url);
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

const shopOf = (head: string, body: string) =>
  `<!doctype html><html lang="en"><head><title>A shop</title>${head}</head><body>${body}</body></html>`;

test('the documented pages for Segment work: our destination beside the snippet, and a page that initialises by itself', async ({
  page,
  server,
  site,
}) => {
  const [native = '', destination = '', form = ''] = blocks('segment.md', 'html', server.url);
  const whole = (body: string) => shopOf(SNIPPET + destination, body);
  const crm = await integration(server, await server.signIn('admin'));
  const desk = await Desk.open(server);
  const watched = new Watched(page);
  await segmentNetwork(page);
  await page.goto(site.put('/shop', whole(form)));
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('What is it about?').fill('The engine stands still');
  await page.getByRole('button', { name: 'Ask us' }).click();
  const window = await openWindow(page, 'Chat with us');
  const { id, details } = await desk.accept();
  expect(labels(details)).toEqual({ 'E-mail': 'ada@example.com', Subject: 'The engine stands still' });
  expect(watched.scripts).toBe(1);
  const cases = async () => (await crm.query("SELECT Id FROM Case WHERE Subject = 'The engine stands still'")).totalSize;
  await expect.poll(cases).toBe(1);
  await desk.end(id);
  await window.close();

  await page.goto(site.put('/native', whole(`<a id="chat" href="#" style="display: none">Chat here</a>${native}`)));
  await expect(page.getByText('Chat here')).toBeVisible();
  desk.close();
});

test('the documented pages for Segment work with a write key: beside the snippet, and with analytics.js alone', async ({
  page,
  server,
  site,
}) => {
  const [, , form = '', destination = ''] = blocks('segment.md', 'html', server.url);
  const [load = ''] = blocks('segment.md', 'js', server.url);
  const admin = await server.signIn('admin');
  const { key } = await eventSource(server, admin, [
    { entity: 'Contact', from: 'user', rows: [{ path: 'email', label: 'E-mail', field: 'Email', display_to_agent: true, create: true }] },
    {
      entity: 'Case',
      from: 'event',
      rows: [{ path: 'subject', label: 'Subject', field: 'Subject', display_to_agent: true, create: true }],
    },
  ]);
  const desk = await Desk.open(server);
  const chat = async (path: string, head: string): Promise<void> => {
    await page.goto(site.put(path, shopOf(head.replace('WRITE_KEY', key), form)));
    await page.getByLabel('E-mail').fill('ada@example.com');
    await page.getByLabel('What is it about?').fill(path);
    await page.getByRole('button', { name: 'Ask us' }).click();
    const window = await openWindow(page, 'Chat with us');
    const { id, details } = await desk.accept();
    expect(labels(details)).toEqual({ 'E-mail': 'ada@example.com', Subject: path });
    await desk.end(id);
    await window.close();
  };
  await segmentNetwork(page);
  await chat('/snippet', SNIPPET + destination);
  const own = site.put('/shop.js', await built(load.replace('WRITE_KEY', key)), { 'content-type': 'text/javascript; charset=utf-8' });
  await chat('/analytics', `<script src="${own}"></script>`);
  desk.close();
});
