// Pages with npm's analytics.js, unmodified, as a site has it that runs Segment.

import { build } from 'esbuild';

import type { Card } from './server.ts';
import type { Site } from './site.ts';

let built: Promise<string> | undefined;

/** @segment/analytics-next as a script for a page: what a site's own build makes of the package. */
function analytics(): Promise<string> {
  built ??= build({
    stdin: { contents: `export * from '@segment/analytics-next'`, resolveDir: import.meta.dirname },
    bundle: true,
    format: 'iife',
    globalName: 'AnalyticsNext',
    platform: 'browser',
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
    logLevel: 'error',
  }).then(({ outputFiles }) => outputFiles[0]!.text);
  return built;
}

/** Puts analytics.js on the site, and answers where. */
export async function analyticsScript(site: Site): Promise<string> {
  return site.put('/analytics.js', await analytics(), { 'content-type': 'text/javascript; charset=utf-8' });
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

/** Nothing of a page's events leaves it: Segment's own server is not asked. */
export const ALONE = { writeKey: 'KEY', cdnSettings: { integrations: { 'Segment.io': { apiKey: 'KEY' } } } };

/** Everything that a page says on the console, for tests of what it warns of. */
export function script(text: string): string {
  return `<script>${text}</script>`;
}

/** What a page has in its head: analytics.js with our destination registered. */
export function registered(card: Card, where: string, told: Record<string, unknown> = settings(card)): string {
  return `<script src="${where}"></script><script src="${card.url}/content/segment.js"></script>
${script(`var analytics = AnalyticsNext.AnalyticsBrowser.load(${JSON.stringify(ALONE)}, { integrations: { 'Segment.io': false } });
analytics.register(SwitchboardDestination(${JSON.stringify(told)}));`)}`;
}
