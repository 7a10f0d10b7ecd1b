import type { Place } from './city';
import { between, type Random } from './random';

export interface Camera {
  readonly x: number;
  readonly y: number;
  /** The heading in radians from east to north. */
  readonly heading: number;
  /** Upward, in radians. */
  readonly pitch: number;
  /** The angle that a view spans from left to right, in radians. */
  readonly field: number;
}

/** Above the ground, in metres. */
export const EYE = 1.7;

/** A camera near a place, held almost in its direction. */
export function cameraAt({ x, y, direction }: Place, random: Random): Camera {
  const [along, across] = [between(random, -1.2, 1.2), between(random, -0.6, 0.6)];
  const isEastWest = direction % 2 === 0;
  return {
    x: x + (isEastWest ? along : across),
    y: y + (isEastWest ? across : along),
    heading: (direction * Math.PI) / 2 + between(random, -0.06, 0.06),
    pitch: between(random, 0.16, 0.26),
    field: between(random, 1.25, 1.4),
  };
}
