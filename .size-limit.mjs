import entries from './scripts/entries.cjs';

/**
 * The most that a program downloads for one entry, apart from tfjs. When it is set anew: what
 * `npm run size` says, plus 5 %.
 */
const LIMITS = {
  index: { minified: '168.9 kB', gzipped: '61.6 kB' },
  training: { minified: '154.9 kB', gzipped: '57.5 kB' },
  folder: { minified: '17.1 kB', gzipped: '6.7 kB' },
  vision: { minified: '170 kB', gzipped: '62 kB' },
  retrieval: { minified: '72.6 kB', gzipped: '27.6 kB' },
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
