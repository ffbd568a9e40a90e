import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** Runes everywhere: no component may fall back to the old reactivity without a word. */
export default { preprocess: vitePreprocess(), compilerOptions: { runes: true } };
