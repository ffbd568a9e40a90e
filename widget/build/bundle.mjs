// What every bundle of the widget has in common: esbuild's settings, and the budgets that a build is held to.
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Bundles in memory. Answers the files by their path below `dist/`, so that nothing is written before every budget is kept.
 *
 * @param {import('esbuild').BuildOptions} options
 * @returns {Promise<Map<string, Uint8Array>>}
 */
export async function bundle(options) {
  const result = await esbuild.build({
    absWorkingDir: root,
    outdir: 'dist',
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2017',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
    ...options,
  });
  const files = new Map();
  for (const file of result.outputFiles) {
    const path = file.path.slice(root.length).replace(/\\/g, '/');
    files.set(path.replace(/^dist\//, ''), file.contents);
  }
  return files;
}

/** Kilobytes of the files together, each gzipped by itself, as they go over the wire. */
export function gzipped(files, paths) {
  let bytes = 0;
  for (const path of paths) {
    const content = files.get(path);
    if (!content) throw new Error(`nothing was built as ${path}`);
    bytes += gzipSync(content, { level: 9 }).length;
  }
  return bytes / 1000;
}
