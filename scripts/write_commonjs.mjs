/*
 * Makes the CommonJS build of the ESM build in dist/, file by file, so that its entries share the same
 * chunks. (esbuild splits ESM alone; what tsup does about that rewrites classes and `?.`.)
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { main, root } from './steps.mjs';

const dist = join(root, 'dist');

/** A file imports the others as they are, by their names in the new format. */
const keepFilesApart = {
  name: 'keep files apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/.*\.mjs$/ }, ({ path }) => ({
      path: path.replace(/mjs$/, 'js'),
      external: true,
    }));
  },
};

await main('write_commonjs', () =>
  build({
    entryPoints: readdirSync(dist)
      .filter((file) => file.endsWith('.mjs'))
      .map((file) => join(dist, file)),
    outdir: dist,
    bundle: true,
    format: 'cjs',
    // Adds the list of names by which Node's `import` knows the exports.
    platform: 'node',
    target: 'es2022',
    packages: 'external',
    external: ['node:*'],
    plugins: [keepFilesApart],
    sourcemap: true,
    logLevel: 'warning',
  }),
);
