// A page of the console as different people see it.

import { accessible, expect, picture, type Page } from './test.ts';

/** Light, dark and on a telephone: nothing that axe finds grave, nothing that has to be scrolled sideways; a picture of each is kept. */
export async function looks(page: Page, name: string): Promise<void> {
  const size = page.viewportSize()!;
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await accessible(page, `${name}, ${scheme}`);
    await picture(page, `console-${name}-${scheme}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 360, height: 740 });
  await accessible(page, `${name}, on a telephone`);
  await picture(page, `console-${name}-mobile`);
  expect(await page.evaluate(() => document.documentElement.scrollWidth), `${name} on a telephone`).toBeLessThanOrEqual(360);
  await page.setViewportSize(size);
}

/** The same in the other languages, where `there` is something of the page that is there in any. The console is loaded anew. */
export async function inOtherLanguages(page: Page, name: string, there: (page: Page) => Promise<void>): Promise<void> {
  for (const language of ['de', 'ar', null]) {
    await page.evaluate((language) => {
      const key = 'switchboard.prefs';
      const now = JSON.parse(localStorage.getItem(key) ?? '{"theme":"auto"}') as Record<string, unknown>;
      localStorage.setItem(key, JSON.stringify({ ...now, language }));
    }, language);
    await page.reload();
    await there(page);
    if (language === null) return;
    await expect(page.locator('html')).toHaveAttribute('lang', language);
    // What differs from English is where things stand, not what they are.
    if (language === 'ar') await accessible(page, `${name} in ${language}`);
    await picture(page, `console-${name}-${language}`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${name} in ${language}`).toBeLessThanOrEqual(0);
  }
}
