// An agent at the console.

import type { Page } from '@playwright/test';

import { robotGone } from './agent.ts';
import type { DemoServer } from './server.ts';
import { expect } from './test.ts';

export async function signIn(page: Page, server: DemoServer, login: string): Promise<void> {
  await page.goto(`${server.url}/console/`);
  await page.getByLabel('Login').fill(login);
  await page.getByLabel('Password').fill(server.card.sign_ins[login]!.password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: /^Presence/ })).toBeVisible();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
}

/** Online by shortcut, and alone. */
export async function goOnline(page: Page, server: DemoServer): Promise<void> {
  await page.keyboard.press('Alt+o');
  await expect(page.getByRole('button', { name: 'Presence: Online' })).toBeVisible();
  await robotGone(server);
}

export const offer = (page: Page) => page.getByRole('region', { name: 'Offers' }).getByRole('article');
export const pane = (page: Page, name: string) => page.getByRole('region', { name: `Conversation with ${name}` });
export const field = (page: Page) => page.getByRole('textbox', { name: 'Message', exact: true });

/** Accepts by shortcut what is offered now. */
export async function accept(page: Page, name: string): Promise<void> {
  await expect(offer(page).filter({ hasText: name })).toBeVisible();
  await page.keyboard.press('Alt+y');
  await expect(pane(page, name)).toBeVisible();
  await expect(pane(page, name).getByRole('textbox')).toBeFocused();
}
