import entries from './scripts/entries.cjs';

/**
 * The most that a program downloads for one entry, apart from tfjs. When it is set anew: what
 * `npm run size` says, plus 5 %.
 */
const LIMITS = {
  index: { minified: '129.7 kB', gzipped: '48.3 kB' },
  training: { minified: '112.7 kB', gzipped: '43.2 kB' },
  folder: { minified: '16.3 kB', gzipped: '6.4 kB' },
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
