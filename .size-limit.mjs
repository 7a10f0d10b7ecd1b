import entries from './scripts/entries.cjs';

/**
 * The most that a program downloads for one entry, apart from tfjs. When it is set anew: what
 * `npm run size` says, plus 5 %.
 */
const LIMITS = {
  index: { minified: '196.5 kB', gzipped: '70.1 kB' },
  training: { minified: '189.2 kB', gzipped: '68.6 kB' },
  folder: { minified: '18.5 kB', gzipped: '7.1 kB' },
  vision: { minified: '186.2 kB', gzipped: '65.3 kB' },
  retrieval: { minified: '95.1 kB', gzipped: '36.1 kB' },
};

const check = (name, form, options) => ({
  name: `${name}, ${form}`,
  path: `dist/${name}.mjs`,
  limit: LIMITS[name][form],
  ignore: ['node:*', '@electric-sql/*'],
  ...options,
});

export default Object.keys(entries).flatMap((name) => [
  check(name, 'minified', { brotli: false }),
  check(name, 'gzipped', { gzip: true }),
]);
