import { join } from 'node:path';
import type { PlacesOptions, Sizes } from './options';
import { planOf } from './plan';
import type { Survey } from './world/survey';
import { viewsOf, type Views } from './world/views';

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
  const { training, database, queries } = planOf(seed, sizes);
  return {
    training: await viewsOf(training, fileOf(out, training)),
    database: await viewsOf(database, fileOf(out, database)),
    queries: await viewsOf(queries, fileOf(out, queries)),
  };
}

export function fileOf(out: string, { name }: Survey): string {
  return join(out, 'views', `${name}.bin`);
}
