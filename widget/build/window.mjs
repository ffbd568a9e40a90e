// The chat window: an ES module and a style sheet of names that stay, and a chunk a language under names that say their content.
import { bundle } from './bundle.mjs';
import { css } from './css.mjs';

export async function build() {
  const scripts = await bundle({
    entryPoints: { 'window/window': 'src/window/main.ts' },
    format: 'esm',
    splitting: true,
    target: 'es2020',
    chunkNames: 'window/assets/[name]-[hash]',
    plugins: [css],
  });
  const styles = await bundle({ entryPoints: { 'window/window': 'src/window/document.css' }, target: 'safari16.4' });
  return new Map([...scripts, ...styles]);
}

export const budgets = () => [];
