// The console as supervisors and admins use it.

import type { Locator, Page } from '@playwright/test';

import type { DemoServer } from './server.ts';
import { expect } from './test.ts';

/** Opens a page of the console and signs in there with the keyboard. */
export async function enter(page: Page, server: DemoServer, login: string, path = ''): Promise<void> {
  const { password } = server.card.sign_ins[login]!;
  await page.goto(`${server.url}/console/${path}`);
  await page.getByLabel('Login').fill(login);
  await page.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('navigation', { name: 'Console' })).toBeVisible();
}

/** Goes to an element as a person without a mouse does. */
export async function tabTo(page: Page, target: Locator, { back = false } = {}): Promise<void> {
  await expect(target).toBeVisible();
  const here = () => target.evaluate((element) => element === document.activeElement || element.contains(document.activeElement));
  for (let presses = 0; presses < 120; presses += 1) {
    if (await here()) return;
    await page.keyboard.press(back ? 'Shift+Tab' : 'Tab');
  }
  throw new Error(`the keyboard does not reach ${target}`);
}

/** Finds a page by its name, with the keyboard alone. */
export async function goByPalette(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.type(name);
  await expect(page.getByRole('option', { name, exact: true })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
}
