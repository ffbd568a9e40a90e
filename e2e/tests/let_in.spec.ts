// The page on which a person lets a connected app in: as people with other eyes, languages and telephones see it.

import { createHash, randomBytes } from 'node:crypto';

import { expect, accessible, picture, test } from '../support/test.ts';

test('a person lets an app in: light, dark, on a telephone, right to left, with the keyboard', async ({ browser, server, site }) => {
  const admin = await server.signIn('admin');
  const callback = site.put('/callback', '<!doctype html><html lang="en"><title>Back</title><h1>Back at the app</h1></html>');
  const { settings } = await admin.call<{ settings: { client_id: string } }>('POST', '/admin/connected-apps', {
    name: 'Quarterly figures for the whole of the northern region & partners',
    flows: ['authorization_code'],
    users: 'everyone',
    confidential: false,
    redirect_addresses: [callback],
    scopes: ['api', 'refresh_token', 'openid', 'profile', 'email'],
  });
  for (const [name, locale, colorScheme, width] of [
    ['light', 'en-GB', 'light', 1280],
    ['dark', 'en-GB', 'dark', 1280],
    ['mobile', 'de-DE', 'light', 360],
    ['ar', 'ar-EG', 'light', 360],
    ['ar-dark', 'ar-EG', 'dark', 1280],
  ] as const) {
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: settings.client_id,
      redirect_uri: callback,
      state: name,
      scope: 'api refresh_token openid',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const context = await browser.newContext({ locale, colorScheme, viewport: { width, height: 740 } });
    const page = await context.newPage();
    const looked = async (what: string) => {
      await accessible(page, `${what}, ${name}`);
      await picture(page, `let-in-${what}-${name}`);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${what}, ${name}`).toBeLessThanOrEqual(0);
    };
    await page.goto(`${server.url}/services/oauth2/authorize?${query}`);
    await expect(page.locator('html')).toHaveAttribute('dir', locale.startsWith('ar') ? 'rtl' : 'ltr');
    await looked('sign-in');
    const { password } = server.card.sign_ins.agent!;
    await page.locator('#login').focus();
    await page.keyboard.type('agent');
    await page.keyboard.press('Tab');
    await page.keyboard.type(`${password}!`);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alert')).toBeVisible();
    await looked('refused');
    await page.locator('#password').fill(password);
    await page.keyboard.press('Enter');
    await expect(page.locator('button[value="allow"]')).toBeVisible();
    await looked('consent');
    await page.locator('button[value="allow"]').focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Back at the app' })).toBeVisible();
    const back = new URL(page.url());
    expect(back.searchParams.get('state')).toBe(name);
    const answer = await fetch(`${server.url}/services/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: settings.client_id,
        redirect_uri: callback,
        code: back.searchParams.get('code') ?? '',
        code_verifier: verifier,
      }),
    });
    expect(answer.status).toBe(200);
    await context.close();
  }
});
