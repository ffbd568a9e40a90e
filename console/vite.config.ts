import { svelte, vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { firstLoad } from './scripts/first-load.ts';

/** `npm run dev` shows this console over the server at SWITCHBOARD (such as a `switchboard demo`). */
const server = process.env.SWITCHBOARD ?? 'http://127.0.0.1:8080';

/** The server's policy allows no style attribute, and bits-ui writes one of these into its templates. */
function withoutStyleAttributes(): Plugin {
  return {
    name: 'without-style-attributes',
    enforce: 'pre',
    transform(code, id) {
      if (!id.includes('/bits-ui/') || !id.endsWith('.svelte')) return null;
      return { code: code.replaceAll('style="display: contents;"', 'class="contents"'), map: null };
    },
  };
}

export default defineConfig({
  base: '/console/',
  // bits-ui hands its components over as sources, which must be compiled as ours are.
  plugins: [
    withoutStyleAttributes(),
    svelte({ preprocess: vitePreprocess() }),
    firstLoad({ kilobytes: 150, pages: ['src/pages/agent/Desk.svelte'] }),
  ],
  build: {
    target: 'es2022',
    // Everything is a file of its own name: the server's policy allows no inline script, style sheet or data address of a script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
  server: { proxy: { '/api': { target: server, changeOrigin: false }, '/files': { target: server } } },
});
