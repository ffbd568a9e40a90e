// Pages with npm's analytics.js, unmodified, as a site has it that runs Segment.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import type { Page } from '@playwright/test';
import { build } from 'esbuild';

import type { Api, Card, DemoServer } from './server.ts';
import type { Site } from './site.ts';
import { buttonCode } from './visitor.ts';

let analytics: Promise<string> | undefined;

/** A script with npm's packages in it, as a site's own build makes it. */
export async function built(contents: string, globalName?: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    format: 'iife',
    ...(globalName === undefined ? {} : { globalName }),
    platform: 'browser',
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]!.text;
}

/** Puts analytics.js on the site, and answers where. */
export async function analyticsScript(site: Site): Promise<string> {
  analytics ??= built(`export * from '@segment/analytics-next'`, 'AnalyticsNext');
  return site.put('/analytics.js', await analytics, { 'content-type': 'text/javascript; charset=utf-8' });
}

/** What a site's snippet does before analytics.js is there: it keeps the calls, and loads it from Segment. */
export const SNIPPET = `<script>
window.analytics = [];
['identify', 'group', 'track', 'page', 'ready', 'on', 'reset', 'register'].forEach(function (name) {
  analytics[name] = function () { analytics.push([name].concat(Array.prototype.slice.call(arguments))); return analytics; };
});
analytics._writeKey = 'KEY';
analytics._loadOptions = { integrations: { 'Segment.io': false } };
var loader = document.createElement('script');
loader.async = true;
loader.src = 'https://cdn.segment.com/analytics.js/v1/KEY/analytics.min.js';
document.head.appendChild(loader);
</script>`;

/** Segment's content network, with the files that its npm package has. */
export async function segmentNetwork(page: Page): Promise<void> {
  const files = join(dirname(createRequire(import.meta.url).resolve('@segment/analytics-next/package.json')), 'dist/umd');
  await page.route('https://cdn.segment.com/**', async (route) => {
    const { pathname } = new URL(route.request().url());
    const headers = { 'access-control-allow-origin': '*' };
    if (pathname === '/v1/projects/KEY/settings') return route.fulfill({ json: ALONE.cdnSettings, headers });
    const name = pathname.startsWith('/analytics.js/') ? 'standalone.js' : pathname.slice(pathname.lastIndexOf('/') + 1);
    await route.fulfill({ body: await readFile(join(files, name)), contentType: 'text/javascript', headers });
  });
}

const flags = { displayToAgent: true, doFind: false, isExactMatch: false, doCreate: true };
export const found = { doFind: true, isExactMatch: true };

/** The settings as Segment's own page has them: three lists, and where the chat is. */
export function settings(card: Card): Record<string, unknown> {
  return {
    hostname: card.url,
    liveAgentEndpointUrl: card.url,
    deploymentId: card.deployment,
    orgId: card.organisation,
    enableLogging: false,
    contactMappings: [
      { trait: 'email', label: 'E-mail', fieldName: 'Email', ...flags, ...found },
      { trait: 'firstName', label: 'First name', fieldName: 'FirstName', ...flags },
      { trait: 'lastName', label: 'Last name', fieldName: 'LastName', ...flags },
    ],
    caseMappings: [{ key: 'subject', value: { property: 'subject', label: 'Subject', fieldName: 'Subject', ...flags } }],
    accountMappings: [{ property: 'name', label: 'Company', fieldName: 'Name', ...flags, ...found }],
  };
}

/** Nothing of a page's events leaves it: no server of events is asked. */
const ALONE = { writeKey: 'KEY', cdnSettings: { integrations: { 'Segment.io': { apiKey: 'KEY' } } } };

export function script(text: string): string {
  return `<script>${text}</script>`;
}

/** What a page has in its head: analytics.js with our destination registered. */
export function registered(card: Card, where: string, told: Record<string, unknown> = settings(card)): string {
  return `<script src="${where}"></script><script src="${card.url}/content/segment.js"></script>
${script(`var analytics = AnalyticsNext.AnalyticsBrowser.load(${JSON.stringify(ALONE)}, { integrations: { 'Segment.io': false } });
analytics.register(SwitchboardDestination(${JSON.stringify(told)}));`)}`;
}

/** A page with that head, the chat's button, and whatever else. */
export function shop(card: Card, head: string, body = ''): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A shop</title>
<meta name="viewport" content="width=device-width">${head}</head><body><h1>A shop</h1>${buttonCode(card)}${body}</body></html>`;
}

/** What a page asks the chat's server, and what it says on the console. */
export class Watched {
  readonly asked: string[] = [];
  readonly said: string[] = [];

  constructor(page: Page) {
    page.on('request', (request) => this.asked.push(request.url()));
    page.on('console', (message) => this.said.push(message.text()));
    page.on('pageerror', (error) => this.said.push(`error: ${error.message}`));
  }

  /** How often deployment.js was fetched. */
  get scripts(): number {
    return this.asked.filter((url) => /\/deployment\.js$/.test(new URL(url).pathname)).length;
  }

  /** The calls of deployment.js. */
  get calls(): string[] {
    return this.asked.filter((url) => new URL(url).pathname.includes('/rest/'));
  }
}

/** Says something to the page's analytics.js, and waits until it has been dealt with. */
export async function tell(page: Page, method: 'identify' | 'group' | 'track', ...words: unknown[]): Promise<void> {
  await page.evaluate(
    async ([method, words]) => {
      const { analytics } = window as unknown as { analytics: Record<string, (...words: unknown[]) => Promise<unknown>> };
      await analytics[method]!(...words);
    },
    [method, words] as const,
  );
}

export const started = (page: Page, properties: Record<string, unknown> = {}) =>
  tell(page, 'track', 'Live Chat Conversation Started', properties);

export const labels = (details: { label: string; value: string }[]) =>
  Object.fromEntries(details.map(({ label, value }) => [label, value]));

/** An event source of the demonstration's deployment, with that mapping, and its write key. */
export async function eventSource(server: DemoServer, admin: Api, entities: object[]): Promise<{ id: string; key: string }> {
  const settings = { name: 'Shop', deployment: server.card.deployment_id, mapping: { entities } };
  const { id } = await admin.call<{ id: string }>('POST', '/admin/event-sources', settings);
  const { key } = await admin.call<{ key: string }>('POST', `/admin/event-sources/${id}/keys`, { note: 'the shop' });
  return { id, key };
}
