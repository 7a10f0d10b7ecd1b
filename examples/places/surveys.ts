import { join } from 'node:path';
import type { PlacesOptions, Sizes } from './options';
import { viewsOf, type Survey, type Views } from './world/views';

export interface Surveys {
  /** Of a city of its own, so that no place of it is in the database. */
  readonly training: Views;
  /** A view of each place, by day and in fair weather. */
  readonly database: Views;
  /** Views of some of the same places, at any time and in any weather. */
  readonly queries: Views;
}

/** Views of two cities; they are written to `out` where they are not there. */
export async function surveysOf({ out, seed }: PlacesOptions, sizes: Sizes): Promise<Surveys> {
  const { trainingPlaces, viewsPerPlace, databasePlaces, queryEvery } = sizes;
  const [first, second] = [2 * seed, 2 * seed + 1];
  const survey = (given: Survey) => viewsOf(given, join(out, 'views', `${given.name}.bin`));
  const tested = { city: second, places: databasePlaces, viewsPerPlace: 1 };
  return {
    training: await survey({
      ...{ name: 'training', city: first, places: trainingPlaces, viewsPerPlace },
      ...{ every: 1, fair: 1, seed: 1 },
    }),
    database: await survey({ ...tested, name: 'database', every: 1, fair: 1, seed: 2 }),
    queries: await survey({ ...tested, name: 'queries', every: queryEvery, fair: 0, seed: 3 }),
  };
}
