import type { Sizes } from './options';
import type { Survey } from './world/survey';

/** The surveys that `surveysOf` has the views of. */
export type Plan = Readonly<Record<'training' | 'database' | 'queries', Survey>>;

export function planOf(seed: number, sizes: Sizes): Plan {
  const { trainingPlaces, viewsPerPlace, databasePlaces, queryEvery } = sizes;
  const [first, second] = [2 * seed, 2 * seed + 1];
  const tested = { city: second, places: databasePlaces, viewsPerPlace: 1 };
  return {
    training: {
      ...{ name: 'training', city: first, places: trainingPlaces, viewsPerPlace },
      ...{ every: 1, fair: 1, seed: 1 },
    },
    database: { ...tested, name: 'database', every: 1, fair: 1, seed: 2 },
    queries: { ...tested, name: 'queries', every: queryEvery, fair: 0, seed: 3 },
  };
}
