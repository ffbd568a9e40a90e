import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Stores use runes (`*.svelte.ts`), so tests compile them too.
  plugins: [svelte()],
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
