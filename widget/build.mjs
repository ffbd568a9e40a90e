// Builds everything that a visitor's browser loads, into dist/. Fails when a budget is exceeded.
//
// Each part of dist/ is built by its own file in build/; it exports `build()` (the files by path) and `budgets(files)`:
// `{ name, paths, kilobytes }`, the gzipped size that these files together may have.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipped, root } from './build/bundle.mjs';

const parts = ['deployment', 'destination', 'window', 'element'].filter((part) => existsSync(join(root, 'build', `${part}.mjs`)));

const files = new Map();
let exceeded = false;
for (const part of parts) {
  const { build, budgets } = await import(`./build/${part}.mjs`);
  const built = await build();
  for (const [path, content] of built) files.set(path, content);
  for (const { name, paths, kilobytes } of budgets(built)) {
    const size = gzipped(built, paths);
    const over = size > kilobytes;
    exceeded ||= over;
    console.log(`${over ? 'OVER  ' : 'within'} ${name}: ${size.toFixed(2)} of ${kilobytes} kB gzipped`);
  }
}
if (exceeded) {
  console.error('A budget is exceeded: nothing was written.');
  process.exit(1);
}

const dist = join(root, 'dist');
await mkdir(dist, { recursive: true });
for (const [path, content] of files) {
  await mkdir(dirname(join(dist, path)), { recursive: true });
  await writeFile(join(dist, path), content);
}
// What an earlier build left goes last, so that a server that reads dist/ meanwhile misses nothing.
for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name)
    .slice(dist.length + 1)
    .replace(/\\/g, '/');
  if (entry.isFile() && !files.has(path)) await rm(join(dist, path));
}
