import { gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';

/**
 * Fails the build when what a browser must load before it shows anything is larger than `kilobytes`, gzipped.
 *
 * Counted: the page, the entry, the parts in `pages` that are what most people open first, all that these import statically, and their style
 * sheets.
 */
export function firstLoad(budget: { kilobytes: number; pages: string[] }): Plugin {
  return {
    name: 'first-load',
    apply: 'build',
    // After the page was written.
    generateBundle: { order: 'post', handler: measure },
  };

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
