import entries from './scripts/entries.cjs';

/**
 * The most that a program downloads for one entry, apart from tfjs. When it is set anew: what
 * `npm run size` says, plus 5 %.
 */
const LIMITS = {
  index: { minified: '206.7 kB', gzipped: '74.1 kB' },
  training: { minified: '199.2 kB', gzipped: '72.6 kB' },
  folder: { minified: '19.2 kB', gzipped: '7.5 kB' },
  vision: { minified: '195.9 kB', gzipped: '69.1 kB' },
  retrieval: { minified: '100.3 kB', gzipped: '38.0 kB' },
  serving: { minified: '32.7 kB', gzipped: '12.5 kB' },
};

const check = (name, form, options) => ({
  name: `${name}, ${form}`,
  path: `dist/${name}.mjs`,
  limit: LIMITS[name][form],
  ignore: ['node:*', '@electric-sql/*', 'fastify', 'prom-client'],
  ...options,
});

export default Object.keys(entries).flatMap((name) => [
  check(name, 'minified', { brotli: false }),
  check(name, 'gzipped', { gzip: true }),
]);
