import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

const WASM_FILES = ['', '-simd', '-threaded-simd'].map((kind) => `tfjs-backend-wasm${kind}.wasm`);

/** The files of the page by name, with the package as a bundler takes it. */
export async function bundlePage(): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: [join(__dirname, 'browser/main.ts')],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    // The index of the page is in memory: PGlite is not loaded.
    external: ['@electric-sql/*'],
    logLevel: 'error',
  });
  const wasm = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  return new Map<string, Uint8Array>([
    ['index.html', readFileSync(join(__dirname, 'index.html'))],
    ['main.js', outputFiles[0].contents],
    ...WASM_FILES.map((file) => [file, readFileSync(join(wasm, 'wasm-out', file))] as const),
  ]);
}
