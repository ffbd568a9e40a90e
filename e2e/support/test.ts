// The `test` that every file uses: a server of the file's worker, a customer's site, and what each page must be.

import { test as base, expect, type Page } from '@playwright/test';
import axe from 'axe-core';
import { join } from 'node:path';

import { DemoServer, NewServer } from './server.ts';
import { Site } from './site.ts';

export { expect };
export type { Page };

interface Fixtures {
  /** A server of this test alone. */
  server: DemoServer;
  /** The same with nothing in it but an admin. */
  fresh: NewServer;
  /** A customer's site of this test alone. */
  site: Site;
}

export const test = base.extend<Fixtures>({
  server: async ({}, use, info) => {
    const server = await DemoServer.start();
    await use(server);
    if (info.status !== info.expectedStatus) await info.attach('server', { body: server.said, contentType: 'text/plain' });
    await server.dispose();
  },
  fresh: async ({}, use, info) => {
    const server = await NewServer.start();
    await use(server);
    if (info.status !== info.expectedStatus) await info.attach('server', { body: server.said, contentType: 'text/plain' });
    await server.dispose();
  },
  site: async ({}, use) => {
    const site = await Site.start();
    await use(site);
    await site.dispose();
  },
});

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Nothing that axe calls serious or critical, by the rules of WCAG 2.2 AA. `within` narrows it to an element. */
export async function accessible(page: Page, what: string, within?: string): Promise<void> {
  await settled(page);
  // Half a megabyte, which a document is given once. No page has frames.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const grave = await page.evaluate(
    async ([tags, within]) => {
      const { axe } = window as unknown as { axe: typeof import('axe-core') };
      const { violations } = await axe.run(within ?? document, { runOnly: tags, resultTypes: ['violations'] });
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ target }) => target.join(' ')).join(', ')})`);
    },
    [TAGS, within] as const,
  );
  expect(grave, `${what} is accessible`).toEqual([]);
}

/** Colours that are on their way from light to dark are no colours of the page. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const passing = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.all(passing.map(({ finished }) => finished.catch(() => undefined)));
  });
}

/** Keeps a picture of the page as a file of the run. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(import.meta.dirname, '../results/pictures', `${name}.png`), animations: 'disabled' });
}
