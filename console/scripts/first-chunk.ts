import type { Rolldown } from 'vite';

/**
 * What a browser needs before it shows anything comes in one file: our modules that `root` imports statically, with what they use of libraries.
 * Left to itself the bundler would make a file of every module that some later page needs too: dozens of small ones, each with a head of its own
 * and compressed by itself.
 */
export function firstChunk(name: string, root: string): Rolldown.CodeSplittingOptions {
  let first: Set<string> | null = null;

  function needed(info: Rolldown.ChunkingContext): Set<string> {
    const found = new Set<string>();
    const visit = (id: string) => {
      // Libraries hand over more than is used of them; what is used is taken along by the bundler.
      if (found.has(id) || id.includes('/node_modules/')) return;
      found.add(id);
      info.getModuleInfo(id)?.importedIds.forEach(visit);
    };
    visit(root);
    return found;
  }

  return {
    groups: [
      {
        name: (id, info) => {
          first ??= needed(info);
          return first.has(id) ? name : null;
        },
      },
    ],
  };
}
