import type { Place } from '../../world/city';

/** Steps of the arrow keys, as directions of places. */
export const STEPS: Readonly<Record<string, number>> = {
  ArrowRight: 0,
  ArrowUp: 1,
  ArrowLeft: 2,
  ArrowDown: 3,
};

/** A metre to the side counts as that many ahead. */
const SIDEWAYS = 3;

/** The number of the place that is nearest to a point, and if it can be, looks in this direction. */
export function placeAt(
  places: readonly Place[],
  x: number,
  y: number,
  direction: number,
): number | undefined {
  return best(places, (place) => {
    const turned = place.direction === direction ? 0 : 0.01;
    return Math.hypot(place.x - x, place.y - y) + turned;
  });
}

/** The number of the nearest place to the east, north, west or south; undefined at the end of the city. */
export function placeBeyond(
  places: readonly Place[],
  from: Place,
  direction: number,
): number | undefined {
  const [eastward, northward] = [[1, 0, -1, 0][direction], [0, 1, 0, -1][direction]];
  return best(places, ({ x, y, direction: looking }) => {
    const [toEast, toNorth] = [x - from.x, y - from.y];
    const along = toEast * eastward + toNorth * northward;
    const across = Math.abs(toEast * northward) + Math.abs(toNorth * eastward);
    // As far to a side as ahead is no step in this direction.
    if (along <= 0 || across >= along) return Infinity;
    const turned = looking === from.direction ? 0 : looking === direction ? 0.01 : 0.02;
    return along + SIDEWAYS * across + turned;
  });
}

/** The number of the place of the lowest cost, unless all are infinite. */
function best(places: readonly Place[], cost: (place: Place) => number): number | undefined {
  let [found, lowest]: [number | undefined, number] = [undefined, Infinity];
  for (const [i, place] of places.entries()) {
    const own = cost(place);
    if (own >= lowest) continue;
    [found, lowest] = [i, own];
  }
  return found;
}
