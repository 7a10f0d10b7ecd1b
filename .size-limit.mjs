import entries from './scripts/entries.cjs';

/**
 * The most that a program downloads for one entry, apart from tfjs. When it is set anew: what
 * `npm run size` says, plus 5 %.
 */
const LIMITS = {
  index: { minified: '98.7 kB', gzipped: '37.2 kB' },
  training: { minified: '77.3 kB', gzipped: '30.6 kB' },
  folder: { minified: '3.5 kB', gzipped: '1.75 kB' },
};

const check = (name, form, options) => ({
  name: `${name}, ${form}`,
  path: `dist/${name}.mjs`,
  limit: LIMITS[name][form],
  ignore: ['node:*'],
  ...options,
});

export default Object.keys(entries).flatMap((name) => [
  check(name, 'minified', { brotli: false }),
  check(name, 'gzipped', { gzip: true }),
]);
