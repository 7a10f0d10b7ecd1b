/*
 * Writes dist/tfjs-bitcore.min.js, for pages that load it by a <script> behind that of @tensorflow/tfjs: one file that
 * gives the global `bitcore`, and takes tfjs from the global `tf`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { main, root } from './steps.mjs';

const dist = join(root, 'dist');
const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The entries for browsers that need no other package than tfjs. */
const EXPORTS = `
export * from './index.mjs';
export * as training from './training.mjs';
export * as vision from './vision.mjs';
`;

const GLOBAL_TF = `
if (globalThis.tf == null) {
  throw new Error('tfjs-bitcore needs the global "tf": load the script of @tensorflow/tfjs before this one.');
}
module.exports = globalThis.tf;
`;

/** The union package has the exports of both packages. */
const takeGlobalTf = {
  name: 'take the global tf',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@tensorflow\/tfjs-(core|layers)$/ }, () => ({
      path: 'tf',
      namespace: 'global',
    }));
    onLoad({ filter: /.*/, namespace: 'global' }, () => ({ contents: GLOBAL_TF }));
  },
};

await main('write_script_tag', () =>
  build({
    stdin: { contents: EXPORTS, resolveDir: dist },
    outfile: join(dist, 'tfjs-bitcore.min.js'),
    bundle: true,
    minify: true,
    format: 'iife',
    globalName: 'bitcore',
    target: 'es2022',
    plugins: [takeGlobalTf],
    banner: { js: `/* tfjs-bitcore ${version}, license ${license} */` },
    sourcemap: true,
    logLevel: 'warning',
  }),
);
