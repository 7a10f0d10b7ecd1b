/*
 * A city is a grid of square blocks between streets. x points east and y north, both in metres; the street
 * west and south of each block belongs to it. What stands in a city follows from its seed.
 */

export const STREET = 12;
const BLOCK = 48;
/** From a street to the next one. */
export const PERIOD = STREET + BLOCK;
export const SIDEWALK = 2.4;
/** Between neighbouring places. */
const STEP = 10;
/** Views of the same street and direction that are at most so far apart show the same place, as the field scores. */
const RADIUS = 25;

/** Somewhere in the middle of a street, with the direction of the view in quarter turns from east. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly direction: number;
}

/** Places of each block: along two streets, in both directions. */
const PLACES_PER_BLOCK = 4 * (PERIOD / STEP);

/** The first `count` places of a square city, street by street. */
export function placesOf(count: number): Place[] {
  const blocks = Math.ceil(Math.sqrt(count / PLACES_PER_BLOCK));
  const length = blocks * PERIOD;
  const places: Place[] = [];
  for (let street = STREET / 2; street < length; street += PERIOD) {
    for (let along = STEP / 2; along < length; along += STEP) {
      places.push({ x: along, y: street, direction: 0 }, { x: along, y: street, direction: 2 });
      places.push({ x: street, y: along, direction: 1 }, { x: street, y: along, direction: 3 });
    }
  }
  return places.slice(0, count);
}

export function isSamePlace(a: Place, b: Place): boolean {
  return a.direction === b.direction && Math.hypot(a.x - b.x, a.y - b.y) <= RADIUS;
}

/** Metres from the street west or south. */
export function withinPeriod(coordinate: number): number {
  return coordinate - Math.floor(coordinate / PERIOD) * PERIOD;
}

export function isBuilt(x: number, y: number): boolean {
  return withinPeriod(x) > STREET && withinPeriod(y) > STREET;
}

/** Metres to the walls of the street; 0 at a wall, Infinity where no street is. */
export function fromWall(x: number, y: number): number {
  const [eastward, northward] = [withinPeriod(x), withinPeriod(y)];
  const [onAvenue, onStreet] = [eastward < STREET, northward < STREET];
  if (onAvenue && onStreet) return STREET / 2;
  if (onAvenue) return Math.min(eastward, STREET - eastward);
  return onStreet ? Math.min(northward, STREET - northward) : Infinity;
}
