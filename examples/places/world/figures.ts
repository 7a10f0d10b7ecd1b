import { darken, gray, mix, type Color } from './color';
import type { Conditions, Season } from './conditions';
import { hash } from './random';
import type { Thing } from './things';

/** What is in a spot of a thing; undefined where it lets through what is behind. */
export type Spot = { readonly color: Color; readonly glow: number } | undefined;

const BARK: Color = [0.3, 0.22, 0.15];
const AUTUMN: Color = [0.75, 0.42, 0.12];
const TWIGS: Color = [0.36, 0.3, 0.26];
const BLOSSOM: Color = [0.6, 0.72, 0.35];

const LEAVES: Record<Season, (green: Color) => Color> = {
  spring: (green) => mix(green, BLOSSOM, 0.6),
  summer: (green) => green,
  autumn: (green) => mix(green, AUTUMN, 0.85),
  winter: () => TWIGS,
};

/** `right` in [-1, 1] from left to right, `up` in [0, 1] from the ground. */
export function spotOf(thing: Thing, right: number, up: number, conditions: Conditions): Spot {
  return FIGURES[thing.kind](thing, right, up, conditions);
}

const FIGURES: Record<
  Thing['kind'],
  (thing: Thing, right: number, up: number, conditions: Conditions) => Spot
> = {
  tree({ x, y, color }, right, up, { season }) {
    const inCrown = right ** 2 + ((up - 0.66) / 0.36) ** 2 < 1;
    // Twigs and the gaps between leaves are of the size of a pixel, and always at the same spot of a tree.
    const gaps = season === 'winter' ? 0.7 : 0.1;
    const spot = hash(
      Math.round(9 * x),
      Math.round(9 * y),
      Math.floor(9 * right),
      Math.floor(30 * up),
    );
    if (inCrown && spot >= gaps) {
      return { color: darken(LEAVES[season](color), 0.8 + 0.3 * spot), glow: 0 };
    }
    return up < 0.6 && Math.abs(right) < 0.1 ? { color: BARK, glow: 0 } : undefined;
  },
  lamp({ color }, right, up, { night }) {
    if (up > 0.94) return { color: mix(color, [1, 0.9, 0.7], night), glow: night };
    return Math.abs(right) < 0.15 ? { color, glow: 0 } : undefined;
  },
  car({ color }, right, up, { night }) {
    if (up < 0.14) return Math.abs(right) > 0.6 ? { color: gray(0.06), glow: 0 } : undefined;
    if (up > 0.55) {
      if (Math.abs(right) > 0.85) return undefined;
      return { color: up > 0.92 ? color : [0.2, 0.23, 0.27], glow: 0 };
    }
    const isLight = up > 0.35 && up < 0.48 && Math.abs(right) > 0.65;
    return isLight ? { color: [0.9, 0.25, 0.15], glow: night } : { color, glow: 0 };
  },
  person({ color }, right, up) {
    if (up > 0.86)
      return Math.abs(right) < 0.35 ? { color: [0.75, 0.55, 0.45], glow: 0 } : undefined;
    return { color: up > 0.48 ? color : darken(color, 0.4), glow: 0 };
  },
};
