const entries = require('./scripts/entries.cjs');

/** The package's names, for its sources: `tfjs-bitcore` and `tfjs-bitcore/NAME`. */
const sources = Object.fromEntries(
  Object.entries(entries).map(([name, source]) => [
    name === 'index' ? '^tfjs-bitcore$' : `^tfjs-bitcore/${name}$`,
    `<rootDir>/${source}`,
  ]),
);

/** One project a backend: the same tests on each. `node` holds what no backend matters to. */
const shared = {
  // Jest's sandbox makes looking up a global slow, and tfjs's cpu backend does so in its loops.
  sandboxInjectedGlobals: ['Math', 'Array'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'test/tsconfig.json' }] },
  testEnvironment: '<rootDir>/test/setup/environment.js',
  // It wraps what realms share once more after each file, until the stack overflows.
  testEnvironmentOptions: { globalsCleanup: 'off' },
};

function backend(name) {
  return {
    ...shared,
    displayName: name,
    testMatch: [
      '<rootDir>/test/{convert,deploy,engine,inspect,layers,ops,packing,quantizers,retrieval,tfjs,topology,training,vision}/**/*.test.ts',
    ],
    // A folder of test/tfjs is about the private parts of one backend.
    testPathIgnorePatterns: ['/node_modules/', `/test/tfjs/(?!${name}/)[^/]+/`],
    setupFilesAfterEnv: [
      `<rootDir>/test/setup/${name}.ts`,
      '<rootDir>/test/setup/seeded_random.ts',
    ],
  };
}

module.exports = {
  // `npm run coverage` reports, and refuses nothing. The command runs in processes of its own, from dist/.
  collectCoverageFrom: ['src/**/*.ts', '!src/engine/wasm/binaries.ts', '!src/cli/**'],
  coverageDirectory: 'coverage',
  coverageReporters: ['text', 'html'],
  // All cores: Jest would leave one idle. The tests of serve, faults and browser load the machine themselves.
  maxWorkers: '100%',
  // Nothing is wrong with a test that waits on a busy machine.
  testTimeout: 60_000,
  reporters: ['default', ...(process.env.TEST_TALLY ? ['./test/setup/tally_reporter.js'] : [])],
  projects: [
    backend('cpu'),
    backend('wasm'),
    backend('tensorflow'),
    { ...shared, displayName: 'node', testMatch: ['<rootDir>/test/package/**/*.test.ts'] },
    {
      ...shared,
      displayName: 'serve',
      testMatch: ['<rootDir>/test/serve/**/*.test.ts'],
      // The server and the tests share one copy of the package.
      moduleNameMapper: sources,
    },
    {
      ...shared,
      displayName: 'faults',
      testMatch: ['<rootDir>/test/faults/**/*.test.ts'],
      // The command and the tests share one copy of the package.
      moduleNameMapper: sources,
    },
    { ...shared, displayName: 'browser', testMatch: ['<rootDir>/test/browser/**/*.test.ts'] },
    { ...shared, displayName: 'site', testMatch: ['<rootDir>/test/site/**/*.test.ts'] },
  ],
};
