// A page of a site that runs Segment: analytics.js as far as a destination sees it, and a network that brings deployment.js.
import { vi } from 'vitest';
import { install } from '../../src/deployment/install';
import type { Analytics, Plugin } from '../../src/destination/plugin';
import { STARTED } from '../../src/destination/mapping';
import { CONTENT, DEPLOYMENT, ENDPOINT, freshPage, ORG, type FakeServer } from '../deployment/page';

type Json = Record<string, unknown>;

const flags = { displayToAgent: true, doFind: true, isExactMatch: true, doCreate: true };

export const SETTINGS = {
  hostname: 'https://c.chat.example',
  liveAgentEndpointUrl: 'https://d.chat.example',
  deploymentId: DEPLOYMENT,
  orgId: ORG,
  contactMappings: [
    { trait: 'email', label: 'E-mail', fieldName: 'Email', ...flags },
    { trait: 'phone', label: 'Telephone', fieldName: 'Phone', ...flags },
  ],
  caseMappings: [{ property: 'subject', label: 'Subject', fieldName: 'Subject', ...flags }],
  accountMappings: [{ property: 'name', label: 'Company', fieldName: 'Name', ...flags }],
};

/** What analytics.js remembers, and how a page calls it. A real one is in the browser's own tests. */
export class FakeAnalytics implements Analytics {
  private traits: Json = {};
  private groupTraits: Json = {};
  private readonly resets: (() => void)[] = [];
  plugin!: Plugin;

  user = () => ({ traits: () => this.traits });
  group = () => ({ traits: () => this.groupTraits });
  on = (_: 'reset', handler: () => void) => this.resets.push(handler);

  register(plugin: Plugin): Promise<void> {
    this.plugin = plugin;
    return plugin.load({ event: {} }, this);
  }

  identify(traits: Json): void {
    this.traits = { ...this.traits, ...traits };
    this.plugin.identify({ event: { traits } as Json });
  }

  groups(traits: Json): void {
    this.groupTraits = { ...this.groupTraits, ...traits };
    this.plugin.group({ event: { traits } as Json });
  }

  track(event: string, properties: Json = {}, context: Json = {}): void {
    this.plugin.track({ event: { event, properties, context } });
  }

  started(properties: Json = {}): void {
    this.track(STARTED, properties);
  }

  reset(): void {
    this.traits = this.groupTraits = {};
    for (const handler of this.resets) handler();
  }
}

export const OWN = { src: 'https://chat.example/content/segment.js', nonce: '' };
export const SCRIPT = `${CONTENT}/g/js/36.0/deployment.js`;

/** The scripts that were asked for and are deployment.js. */
export function scripts(server: FakeServer): HTMLScriptElement[] {
  return server.calls.filter((script) => /deployment\.js$/.test(script.src));
}

/** Puts the element where the page can find it. */
export function onPage(script: HTMLScriptElement): void {
  // Not run: nothing is to be fetched.
  script.type = 'text/plain';
  document.body.appendChild(script);
}

/** The script comes, as its element says. */
export async function arrives(server: FakeServer): Promise<void> {
  const script = scripts(server).at(-1)!;
  onPage(script);
  install();
  script.onload?.(new Event('load'));
  script.dispatchEvent(new Event('load'));
  // What waited for it goes on.
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
}

/** What is said on the console. */
export function said(): { warnings: string[]; infos: string[] } {
  const heard = { warnings: [] as string[], infos: [] as string[] };
  vi.spyOn(console, 'warn').mockImplementation((text: unknown) => void heard.warnings.push(String(text)));
  vi.spyOn(console, 'info').mockImplementation((text: unknown) => void heard.infos.push(String(text)));
  return heard;
}

export { ENDPOINT, freshPage };
