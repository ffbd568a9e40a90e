import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.ts'],
    // Tests wait for conditions; this is for machines that do much else.
    testTimeout: 60_000,
    restoreMocks: true,
    unstubGlobals: true,
  },
});
