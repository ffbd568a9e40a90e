// Connecting an app: its values are taken away, the old page's code is read, and ids that knocked are adopted.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { enter, goByPalette } from '../support/office.ts';
import type { Api, DemoServer } from '../support/server.ts';
import { accessible, expect, picture, test } from '../support/test.ts';

const run = promisify(execFile);

interface OldIds {
  items: { old_id: string; names: { kind: string; id: string } }[];
}
const whatIdsName = async (api: Api): Promise<Record<string, { kind: string; id: string }>> =>
  Object.fromEntries((await api.call<OldIds>('GET', '/admin/old-ids')).items.map(({ old_id, names }) => [old_id, names]));

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

test('every value is copied as it is shown, and the lines for a terminal hold a whole chat', async ({ page, server }) => {
  const { card } = server;
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await enter(page, server, 'admin', 'admin/connect');
  for (const [label, value] of [
    ['Pod', new URL(card.url).host],
    ['API endpoint', `${card.url}/chat`],
    ['Organisation ID', card.organisation],
    ['Deployment ID', card.deployment],
    ['Button ID', card.button],
  ] as const) {
    await expect(page.getByRole('definition').getByText(value, { exact: true })).toBeVisible();
    await page.getByRole('button', { name: `Copy: ${label}` }).click();
    await expect(page.getByRole('button', { name: `Copied: ${label}` })).toBeVisible();
    expect(await copied()).toBe(value);
  }
  await accessible(page, 'the values of an app');
  await picture(page, 'admin-connect-values');

  await page.getByRole('tab', { name: 'Try it in a terminal' }).click();
  await page.getByRole('button', { name: 'Copy: curl' }).click();
  await expect(page.getByRole('button', { name: 'Copied: curl' })).toBeVisible();
  const lines = await copied();
  expect(lines).toContain('/System/SessionId');
  // As pasted: a session, a conversation, a message, the robot's answer, and the end.
  const { stdout } = await run('bash', ['-c', lines, 'chat.sh', 'Where is my parcel?'], { timeout: 120_000 });
  expect(stdout).toMatch(/is here\n.*: .*Where is my parcel\?/);

  await page.getByRole('tab', { name: 'A page with the old code' }).click();
  await page.getByRole('button', { name: 'Copy: Deployment code' }).click();
  await expect(page.getByRole('button', { name: 'Copied: Deployment code' })).toBeVisible();
  expect(await copied()).toContain(`liveagent.init('${card.url}/chat', '${card.deployment}', '${card.organisation}');`);
});

const OLD_CODE = `<img src="x" onerror="document.title='run'"><script>document.title = 'run'; window.ran = true;</script>
<script type='text/javascript' src='https://c.la2-c1-phx.salesforceliveagent.com/content/g/js/58.0/deployment.js'></script>
<script type='text/javascript'>liveagent.init('https://d.la2-c1-phx.salesforceliveagent.com/chat', '5721a000000abcd', '00D1a000000wxyz');</script>
<a id="liveagent_button_online_5731a000000efgh" href="javascript://Chat" style="display: none;" onclick="liveagent.startChat('5731a000000efgh')">Chat</a>`;

const MESSAGING = `<script>function initEmbeddedMessaging() { embeddedservice_bootstrap.init('00DA0000000XYzQ', 'Web_Chat', 'https://x.my.site.test/ESWWebChat1', { scrt2URL: 'https://x.my.scrt.test' }); }</script>`;

test('the code of an old page is read and never run; its ids go on to work here', async ({ page, server }) => {
  const { card } = server;
  const api = await server.signIn('admin');
  await enter(page, server, 'admin', 'admin/connect');
  const code = page.getByRole('textbox', { name: 'Old code' });
  const found = page.getByRole('region', { name: 'What was found' });

  await code.fill(MESSAGING);
  await page.getByRole('button', { name: 'Read the code' }).click();
  await expect(found).toContainText('This is a snippet of Messaging for In-App and Web. It has no deployment and button ids');
  await expect(found.getByRole('textbox')).toHaveCount(0);

  await code.fill(OLD_CODE);
  await page.getByRole('button', { name: 'Read the code' }).click();
  await expect(found.getByLabel('Organisation ID')).toHaveValue('00D1a000000wxyz');
  await expect(found.getByLabel('Deployment ID')).toHaveValue('5721a000000abcd');
  await expect(found.getByLabel('Button ID')).toHaveValue('5731a000000efgh');
  await expect(found.getByLabel('API endpoint')).toHaveValue('https://d.la2-c1-phx.salesforceliveagent.com/chat');
  // What was found has the keyboard, and each value says how sure it is.
  await expect(found).toBeFocused();
  await expect(found.getByRole('listitem').filter({ has: page.getByLabel('Deployment ID') })).toContainText('Certain');
  await accessible(page, 'the old code that was read');
  await picture(page, 'admin-connect-read');
  await found.getByRole('button', { name: 'Adopt all 3 ids' }).click();
  await expect(page.getByText('3 ids are adopted.')).toBeVisible();
  await expect(found.getByText('Known here')).toHaveCount(3);
  expect(await page.evaluate(() => 'ran' in window)).toBe(false);
  await expect(page).not.toHaveTitle('run');
  expect(await whatIdsName(api)).toMatchObject({
    '00D1a000000wxyz': { kind: 'workspace', id: card.workspace_id },
    '5721a000000abcd': { kind: 'deployment', id: card.deployment_id },
    '5731a000000efgh': { kind: 'button', id: card.button_id },
  });
});

/** What an app asks first: whether anybody is there. */
async function somebodyIsThere({ card }: DemoServer, deployment: string): Promise<boolean | undefined> {
  const query = new URLSearchParams({ org_id: card.organisation, deployment_id: deployment, 'Availability.ids': card.button });
  const answer = await fetch(`${card.liveagent}Visitor/Availability?${query}`, { headers: { 'X-LIVEAGENT-API-VERSION': '50' } });
  const { messages } = (await answer.json()) as { messages: { message: { results: { id: string; isAvailable: boolean }[] } }[] };
  return messages[0]?.message.results.find(({ id }) => id === card.button)?.isAvailable;
}

test('an app with an id that nobody knows knocks; the admin adopts it, and the app works', async ({ page, server }) => {
  const stranger = '5729z000000zzzz';
  // The app has had its host changed and nothing else.
  expect(await somebodyIsThere(server, server.card.deployment)).toBe(true);
  expect(await somebodyIsThere(server, stranger)).toBe(false);
  await enter(page, server, 'admin');
  await goByPalette(page, 'Old ids');
  const knocked = page.getByRole('table', { name: 'Who knocked' }).getByRole('row', { name: new RegExp(stranger) });
  await expect(knocked).toContainText('Deployment');
  await accessible(page, 'ids that knocked');
  await picture(page, 'admin-knocks');
  await knocked.getByRole('button', { name: 'Adopt as Demonstration' }).click();
  await expect(page.getByText(`${stranger} is “Demonstration” now.`)).toBeVisible();
  await expect(knocked).toHaveCount(0);
  const known = page.getByRole('table', { name: 'Ids that name something' });
  await expect(known.getByRole('row', { name: new RegExp(stranger) })).toContainText('Demonstration');
  expect(await somebodyIsThere(server, stranger)).toBe(true);
});
