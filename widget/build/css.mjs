// Style sheets that a script adopts: texts for it, made small like the rest.
import { readFile } from 'node:fs/promises';
import * as esbuild from 'esbuild';

export const css = {
  name: 'css',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await esbuild.transform(await readFile(path, 'utf8'), { loader: 'css', minify: true, target: 'safari16.4' });
      return { contents: code.trim(), loader: 'text' };
    });
  },
};
