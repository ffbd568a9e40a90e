// Every page of supervisors and admins, as the console itself lists them, with something on each: light, dark, on a telephone, right to left.

import { fill } from '../support/filled.ts';
import { enter } from '../support/office.ts';
import { accessible, expect, picture, test, type Page } from '../support/test.ts';

const WIDE = { width: 1280, height: 800 };
const TELEPHONE = { width: 360, height: 740 };

/** Goes there as a link does, without loading the console again. */
async function go(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
}

/** Goes there, and waits until nothing is under way. */
async function open(page: Page, path: string): Promise<void> {
  await go(page, path);
  const main = page.getByRole('main');
  await expect(main.getByRole('heading', { level: 1 }), path).toBeVisible();
  await expect(main.locator('.spinner, [aria-busy="true"]'), path).toHaveCount(0);
}

/** As tall as what is on the page, so that all of it is judged and pictured. */
async function whole(page: Page, { width, height }: { width: number; height: number }): Promise<void> {
  await page.setViewportSize({ width, height });
  const missing = await page.evaluate(() =>
    Math.max(...[...document.querySelectorAll('main, main > *')].map(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)),
  );
  if (missing > 0) await page.setViewportSize({ width, height: height + missing });
}

/** Nothing has to be scrolled sideways but what is meant to be. */
async function fits(page: Page, what: string): Promise<void> {
  const tooWide = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll('main, main > *')].map(
      ({ scrollWidth, clientWidth }) => scrollWidth - clientWidth,
    ),
  );
  expect(Math.max(...tooWide), `${what} fits its width`).toBeLessThanOrEqual(0);
}

// A trace of so many steps would take longer than the steps; the pictures show as much.
test.use({ trace: 'off' });

test('every page of supervisors and admins: light, dark, on a telephone, right to left', async ({ page, server }) => {
  // A hundred views and more, each looked at by axe: on a busy machine that takes its time.
  test.setTimeout(600_000);
  const desk = await fill(server);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await enter(page, server, 'admin');

  // The pages that the console names, and from each what it leads to: a new one, the first of those that are there, their parts.
  const sections = page.getByRole('navigation', { name: 'Console' }).getByRole('link');
  const address = (links: ReturnType<Page['locator']>) =>
    links.evaluateAll((all) => all.map((link) => new URL((link as HTMLAnchorElement).href).pathname));
  const views: string[] = [];
  for (const section of await address(sections)) {
    await go(page, section);
    await expect(page.locator('nav.side [aria-current]')).toHaveAttribute('href', section);
    views.push(...(await address(page.locator('nav.side').getByRole('link'))));
  }
  views.splice(0, views.length, ...views.filter((path) => path !== '/console/'), '/console/account');
  const pages = views.length;
  expect(pages).toBeGreaterThan(18);
  const name = (path: string) =>
    `page-${path
      .replace('/console/', '')
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, 'one')
      .replace(/[^a-z]+/g, '-')}`;
  const names = new Set<string>();
  async function looked(path: string, look: string, size: typeof WIDE): Promise<void> {
    await page.emulateMedia({ colorScheme: look.includes('dark') ? 'dark' : 'light' });
    await whole(page, size);
    await accessible(page, `${path}, ${look}`);
    await fits(page, `${path}, ${look}`);
    await picture(page, `${name(path)}-${look}`);
  }

  for (let at = 0; at < views.length; at += 1) {
    const path = views[at]!;
    await open(page, path);
    const main = page.getByRole('main');
    // Each shows something: what is empty was seen by nobody here.
    await expect(main.locator('.empty'), `${path} has something on it`).toHaveCount(0);
    const more = [main.locator('a[href$="/new"]').first(), main.locator('table th a').first()];
    for (const link of more) if ((await link.count()) > 0) views.push(...(await address(link)).filter((to) => !views.includes(to)));
    if (!path.includes('?'))
      for (const tab of (await main.getByRole('tab').all()).slice(1)) {
        await tab.click();
        views.push(await page.evaluate(() => location.pathname + location.search));
      }
    await open(page, path);
    names.add(name(path));
    await looked(path, 'light', WIDE);
    if (at < pages) {
      await looked(path, 'dark', WIDE);
      await looked(path, 'mobile', TELEPHONE);
    }
    await page.setViewportSize(WIDE);
  }
  expect(names.size, 'every view has pictures of its own').toBe(views.length);

  await page.getByRole('button', { name: /Account of/ }).click();
  await page.getByRole('menuitemradio', { name: 'العربية' }).click();
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  await page.mouse.move(0, 0);
  for (const [at, path] of views.entries()) {
    await open(page, path);
    // What a page leads to is made of the same parts: all that is not yet seen of it at once.
    if (at < pages) await looked(path, 'rtl', WIDE);
    else await looked(path, 'rtl-dark-mobile', TELEPHONE);
    await page.setViewportSize(WIDE);
  }
  desk.close();
});
