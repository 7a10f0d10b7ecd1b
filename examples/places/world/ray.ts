import type { Camera } from './camera';
import { isBuilt, PERIOD, STREET, withinPeriod } from './city';

/** Where a ray from the camera meets a wall of houses. */
export interface Hit {
  readonly column: number;
  readonly row: number;
  /** West, east, south or north side of the block. */
  readonly side: number;
  /** Metres along the wall. */
  readonly along: number;
  readonly distance: number;
}

/** Farther walls vanish in the haze. */
const FARTHEST = 180;
/** Steps over a line, so that a ray is on its other side. */
const BEYOND = 1e-4;

/** Walks from line to line of the grid of streets. */
export function meetWall(camera: Camera, heading: number): Hit | undefined {
  const [eastward, northward] = [Math.cos(heading), Math.sin(heading)];
  let { x, y } = camera;
  for (let distance = 0; distance < FARTHEST;) {
    const toColumn = toNextLine(x, eastward);
    const toRow = toNextLine(y, northward);
    const step = Math.min(toColumn, toRow) + BEYOND;
    distance += step;
    x += eastward * step;
    y += northward * step;
    if (!isBuilt(x, y)) continue;
    const crossesColumn = toColumn < toRow;
    const side = crossesColumn ? (eastward > 0 ? 0 : 1) : northward > 0 ? 2 : 3;
    const along = withinPeriod(crossesColumn ? y : x) - STREET;
    return { column: Math.floor(x / PERIOD), row: Math.floor(y / PERIOD), side, along, distance };
  }
  return undefined;
}

function toNextLine(coordinate: number, direction: number): number {
  const within = withinPeriod(coordinate);
  if (direction > 0) return ((within < STREET ? STREET : PERIOD) - within) / direction;
  if (direction < 0) return ((within > STREET ? STREET : 0) - within) / direction;
  return Infinity;
}
