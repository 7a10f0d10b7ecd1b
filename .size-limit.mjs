import entries from './scripts/entries.cjs';

/**
 * The most that a program downloads for one entry, apart from tfjs. When it is set anew: what
 * `npm run size` says, plus 5 %.
 */
const LIMITS = {
  index: { minified: '230.3 kB', gzipped: '82.1 kB' },
  training: { minified: '219.7 kB', gzipped: '79.4 kB' },
  folder: { minified: '19.2 kB', gzipped: '7.5 kB' },
  vision: { minified: '214.4 kB', gzipped: '75.3 kB' },
  retrieval: { minified: '100.3 kB', gzipped: '38.0 kB' },
  'tfjs-bitcore.min': { minified: '300.1 kB', gzipped: '105.9 kB' },
  serving: { minified: '40.6 kB', gzipped: '15.2 kB' },
};

const check = (name, form, options) => ({
  name: `${name}, ${form}`,
  path: `dist/${name}.mjs`,
  limit: LIMITS[name][form],
  ignore: ['node:*', '@electric-sql/*', 'fastify', 'prom-client'],
  ...options,
});

/** The file for script tags is whole as it is. */
const scriptTag = (form, options) => ({
  ...check('tfjs-bitcore.min', form, options),
  path: 'dist/tfjs-bitcore.min.js',
});

const both = (make) => [make('minified', { brotli: false }), make('gzipped', { gzip: true })];

export default [
  ...Object.keys(entries).flatMap((name) => both((form, options) => check(name, form, options))),
  ...both(scriptTag),
];
