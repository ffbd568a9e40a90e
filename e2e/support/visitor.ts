// A customer's pages as they were written for Live Agent, with nothing changed but the host.

import type { Page } from '@playwright/test';

import { expect } from './test.ts';
import type { Card } from './server.ts';

/** Deployment code as it was generated. */
export function deploymentCode(card: Card, version = '58.0'): string {
  return `<script type='text/javascript' src='${card.url}/content/g/js/${version}/deployment.js'></script>
<script type='text/javascript'>
liveagent.init('${card.url}/chat', '${card.deployment}', '${card.organisation}');
</script>`;
}

/** Chat button code as it was generated, inline styles, handlers and all. */
export function buttonCode({ button }: Card): string {
  return `<a id="liveagent_button_online_${button}" href="javascript://Chat" style="display: none;" onclick="liveagent.startChat('${button}')">Chat with us now</a>
<div id="liveagent_button_offline_${button}" style="display: none;">We are closed</div>
<script type="text/javascript">
if (!window._laq) { window._laq = []; }
window._laq.push(function(){liveagent.showWhenOnline('${button}', document.getElementById('liveagent_button_online_${button}'));
liveagent.showWhenOffline('${button}', document.getElementById('liveagent_button_offline_${button}'));
});</script>`;
}

/** A page of the shop; `more` comes between the button and the deployment code. */
export function shopPage(card: Card, more = ''): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A shop</title><meta name="viewport" content="width=device-width"></head>
<body><h1>A shop</h1>${buttonCode(card)}${more}${deploymentCode(card)}</body></html>`;
}

/** Clicks the button on a shop's page, and answers the window that opens. */
export async function openWindow(page: Page, name = 'Chat with us now'): Promise<Page> {
  const button = page.getByText(name, { exact: true });
  await expect(button).toBeVisible();
  const [opened] = await Promise.all([page.waitForEvent('popup'), button.click()]);
  return opened;
}

/** The field that messages are written in. */
export const composer = (window: Page) => window.getByRole('textbox', { name: 'Your message' });

export async function write(window: Page, text: string): Promise<void> {
  await composer(window).fill(text);
  await composer(window).press('Enter');
}
