import { defineConfig } from 'tsup';

const shared = { target: 'es2022', outExtension, sourcemap: true, silent: true } as const;

export default defineConfig([
  {
    ...shared,
    entry: { index: 'src/index.ts', folder: 'src/io/folder.ts' },
    format: ['esm', 'cjs'],
    platform: 'neutral',
    external: [/^node:/],
    splitting: false,
    dts: true,
  },
  {
    ...shared,
    entry: { cli: 'src/cli/main.ts' },
    format: 'cjs',
    platform: 'node',
    external: [/^tfjs-bitcore/, /^@tensorflow/],
  },
]);

function outExtension({ format }: { format: string }) {
  return { js: format === 'esm' ? '.mjs' : '.js' };
}
