// element.js, the custom element, and what it loads later: the panel and one language, as modules under names that follow their content.
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import * as esbuild from 'esbuild';
import { root } from './bundle.mjs';
import { css } from './css.mjs';

let meta;

export async function build() {
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: { element: 'src/element/element.ts' },
    entryNames: 'element/[name]-[hash]',
    outdir: 'dist',
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2020',
    chunkNames: 'element/[name]-[hash]',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    write: false,
    plugins: [css],
  });
  meta = result.metafile;
  const files = new Map(result.outputFiles.map(({ path, contents }) => [relative(`${root}/dist`, path).replace(/\\/g, '/'), contents]));
  const [main] = Object.keys(meta.outputs).filter((path) => meta.outputs[path].entryPoint === 'src/element/element.ts');
  const loader = await esbuild.transform(await readFile(`${root}/src/element/loader.ts`, 'utf8'), {
    loader: 'ts',
    minify: true,
    target: 'es2020',
    define: { ELEMENT: JSON.stringify(main.replace(/^dist\//, '')) },
  });
  files.set('element.js', new TextEncoder().encode(loader.code));
  return files;
}

/** A file, and all that it needs before it runs. */
function closure(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  for (const { path: other, kind } of meta.outputs[path].imports) if (kind === 'import-statement') closure(other, found);
  return found;
}

function chunkOf(source) {
  const [path] = Object.entries(meta.outputs).find(([, output]) => output.entryPoint === source);
  return closure(path);
}

export function budgets(files) {
  const plain = (paths) => [...paths].map((path) => path.replace(/^dist\//, ''));
  const loader = chunkOf('src/element/element.ts');
  const languages = Object.values(meta.outputs).map((output) => output.entryPoint ?? '');
  const size = (source) => plain(chunkOf(source)).reduce((sum, path) => sum + files.get(path).length, 0);
  const largest = languages.filter((source) => /^src\/catalogue\/\w+\.ts$/.test(source)).sort((a, b) => size(b) - size(a))[0];
  const language = chunkOf(largest);
  const onClick = new Set([...chunkOf('src/element/panel.ts'), ...language].filter((path) => !loader.has(path)));
  return [
    { name: 'element.js with what it needs', paths: ['element.js', ...plain(loader)], kilobytes: 15 },
    { name: 'the element on click: panel and the largest language', paths: plain(onClick), kilobytes: 35 },
  ];
}
