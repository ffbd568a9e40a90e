import { defineConfig } from '@playwright/test';

// Debian's own Chromium: the tests download no browser.
const chromium = process.env.SWITCHBOARD_CHROMIUM ?? '/usr/bin/chromium';

export default defineConfig({
  testDir: './tests',
  outputDir: './results/runs',
  // A test that needs a second try has found a fault, in us or in itself.
  retries: 0,
  workers: 2,
  fullyParallel: false,
  forbidOnly: true,
  // What takes long to believe runs with `cargo xtask soak`.
  ...(process.env.SWITCHBOARD_SOAK ? {} : { grepInvert: /@soak/ }),
  // Whole conversations between several browsers, on a machine that may be busy: ends what hangs, measures nothing.
  timeout: 240_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: chromium, args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'] },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    trace: 'retain-on-failure',
    actionTimeout: 20_000,
    navigationTimeout: 30_000,
  },
});
