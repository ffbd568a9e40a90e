import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';

const root = join(import.meta.dirname, '..');

/**
 * Puts what a browser must load before it shows anything into one file, and fails the build when all of it is larger than `kilobytes`, gzipped.
 *
 * One file is fetched at once and packed tighter: else each part that a later page shares with the first would be cut out of it.
 *
 * Counted: the page, the entry, the parts in `pages` that are what most people open first, all that these import statically, and their style
 * sheets.
 */
export function firstLoad(budget: { kilobytes: number; pages: string[] }): Plugin {
  let found: Set<string> | null = null;
  return {
    name: 'first-load',
    apply: 'build',
    config: () => ({ build: { rolldownOptions: { output: { codeSplitting: { groups: [{ name, debugName: 'first' }] } } } } }),
    // After the page was written.
    generateBundle: { order: 'post', handler: measure },
  };

  function name(module: string, graph: Rolldown.ChunkingContext): string | null {
    return together(graph).has(module) ? 'first' : null;
  }

  /** All that is imported statically, found once a build. The entry itself stays apart: it begins when all else is there. */
  function together(graph: Rolldown.ChunkingContext): Set<string> {
    if (found !== null) return found;
    found = new Set();
    const visit = (module: string) => {
      // Libraries hand over more than is used of them; what is used is taken along.
      if (found!.has(module) || module.includes('/node_modules/')) return;
      found!.add(module);
      graph.getModuleInfo(module)?.importedIds.forEach(visit);
    };
    const entry = graph.getModuleInfo(join(root, 'src/main.ts'));
    if (entry === null) throw new Error('the entry is not src/main.ts any more');
    entry.importedIds.forEach(visit);
    for (const page of budget.pages) visit(join(root, page));
    return found;
  }

  function measure(this: Rolldown.PluginContext, _: unknown, bundle: Rolldown.OutputBundle) {
    const files = new Set<string>();
    const visit = (name: string) => {
      const chunk = bundle[name];
      if (files.has(name) || chunk?.type !== 'chunk') return;
      files.add(name);
      for (const sheet of chunk.viteMetadata?.importedCss ?? []) files.add(sheet);
      chunk.imports.forEach(visit);
    };
    for (const [name, file] of Object.entries(bundle)) {
      if (file.type === 'chunk' && (file.isEntry || budget.pages.some((page) => file.facadeModuleId?.endsWith(page)))) visit(name);
      if (name.endsWith('.html')) files.add(name);
    }
    const sizes = [...files].map((name) => {
      const file = bundle[name];
      const content = file === undefined ? '' : file.type === 'chunk' ? file.code : file.source;
      return { name, bytes: gzipSync(content).length };
    });
    const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
    const said = `first load: ${(total / 1000).toFixed(1)} kB gzipped of ${budget.kilobytes} kB`;
    if (total <= budget.kilobytes * 1000) return this.info(said);
    const largest = sizes.sort((a, b) => b.bytes - a.bytes).map(({ name, bytes }) => `  ${(bytes / 1000).toFixed(1)} kB ${name}`);
    this.error(`${said} is over the budget\n${largest.join('\n')}`);
  }
}
