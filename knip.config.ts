import type { KnipConfig } from 'knip';

/** Entries that package.json and jest.config.js do not name. */
const config: KnipConfig = {
  entry: [
    'scripts/*.{mjs,cjs}',
    'examples/*/main.ts',
    'benchmarks/**/main.ts',
    'benchmarks/*worker.ts',
    // Bundled, for a page and for Node.
    'benchmarks/webgpu/{page,node}.ts',
    'test/browser/page/{main,places}.ts',
    // Bundled for the browser.
    'examples/places/page/browser/main.ts',
    'test/package/*.mjs',
    'test/package/*_program.ts',
    'test/faults/support/{saver,trainer,place_program,place_file_program}.cjs',
    // Named by jest.config.js only where test:all asks for it.
    'test/setup/tally_reporter.js',
    'test/types/*.ts',
  ],
  project: ['{src,test,examples,benchmarks,scripts}/**/*.{ts,mjs,cjs,js}'],
  // The program of Debian's package bible-kjv, which prints the text that examples/gpt trains on, and one of the
  // system that makes named pipes.
  ignoreBinaries: ['bible', 'mkfifo'],
  // Started by the paths of their programs.
  ignoreDependencies: ['@arethetypeswrong/cli', 'publint', '@tensorflow/tfjs-node'],
};

export default config;
