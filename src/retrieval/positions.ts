import type { Near, Position } from './place_engine';

/** Far more than the circumference of the earth, and its square is finite. */
export const FARTHEST_METRES = 1e9;

/** Below it, a product of two differences would be 0 in float64, which PostgreSQL takes for an error. */
const LEAST_METRES = 1e-100;

/** The position as engines get it. */
export function positionOf({ east, north }: Position): Position {
  return { east: coordinate(east), north: coordinate(north) };
}

function coordinate(metres: number): number {
  return Math.abs(metres) < LEAST_METRES ? 0 : metres;
}

export function isNear(position: Position, near: Near): boolean {
  return squaredMetres(position, near.position) <= near.radius * near.radius;
}

export function metresBetween(a: Position, b: Position): number {
  return Math.sqrt(squaredMetres(a, b));
}

function squaredMetres(a: Position, b: Position): number {
  const [east, north] = [a.east - b.east, a.north - b.north];
  return east * east + north * north;
}
