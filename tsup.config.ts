import { defineConfig } from 'tsup';
import entries from './scripts/entries.cjs';

const shared = {
  target: 'es2022',
  removeNodeProtocol: false,
  sourcemap: true,
  silent: true,
} as const;

export default defineConfig([
  {
    ...shared,
    entry: entries,
    // scripts/write_commonjs.mjs makes the other format from this one: tsup cannot split CommonJS well.
    format: 'esm',
    outExtension: () => ({ js: '.mjs' }),
    platform: 'neutral',
    external: [/^node:/],
    splitting: true,
  },
  // One set of types for both formats: classes with private members declared twice would not fit.
  {
    ...shared,
    entry: entries,
    format: 'cjs',
    dts: { only: true, compilerOptions: { stripInternal: true } },
  },
  {
    ...shared,
    // Programs of Node, which use the package as its users do.
    entry: {
      cli: 'src/cli/main.ts',
      serving_thread: 'src/serving/thread/program.ts',
      serving_worker: 'src/serving/cluster/worker.ts',
    },
    format: 'cjs',
    platform: 'node',
    external: [/^tfjs-bitcore/, /^@tensorflow/],
  },
]);
