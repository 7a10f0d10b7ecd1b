import { darken, mix, type Color } from './color';
import type { Conditions } from './conditions';
import type { House, Shop } from './houses';
import { hash } from './random';

const LIT_WINDOW: Color = [0.98, 0.82, 0.5];
const LIT_SHOP: Color = [1, 0.9, 0.65];
const DARK_GLASS: Color = [0.13, 0.14, 0.17];
const SNOW: Color = [0.95, 0.96, 1];
const SHARE_OF_LIT_WINDOWS = 0.35;

/** How much light a part of a facade gives by itself, and its color under full light. */
export interface Surface {
  readonly color: Color;
  readonly glow: number;
}

/** The facade at `across` metres of a house and `z` metres above the ground; undefined above the roof. */
export function facadeAt(
  house: House,
  across: number,
  z: number,
  conditions: Conditions,
): Surface | undefined {
  if (z > house.height) return undefined;
  if (house.height - z < 0.6) {
    return matt(mix(house.roof, SNOW, conditions.snow));
  }
  const floor = Math.floor(z / house.floor);
  const rise = z / house.floor - floor;
  return floor === 0
    ? groundFloor(house, across, rise, conditions)
    : upperFloor(house, across, floor, rise, conditions);
}

function matt(color: Color): Surface {
  return { color, glow: 0 };
}

function wallOf(house: House, z: number): Surface {
  const isJoint = house.brick && Math.floor(z * 12) % 3 === 0;
  return matt(isJoint ? darken(house.wall, 0.82) : house.wall);
}

function groundFloor(house: House, across: number, rise: number, conditions: Conditions): Surface {
  const { door, shop } = house;
  if (rise < 0.72 && across > door.start && across < door.start + 1.1) return matt(door.color);
  if (shop == null) return upperFloor(house, across, 0, rise, conditions);
  if (rise > 0.76) return matt(signColor(shop, across, rise, house.width));
  if (shop.awning != null && rise > 0.58) {
    return matt(Math.floor(across * 2) % 2 === 0 ? shop.awning : [0.92, 0.92, 0.9]);
  }
  const share = (across / house.pitch) % 1;
  if (rise < 0.14 || share < 0.08 || share > 0.92) return matt(shop.front);
  return glass(DARK_GLASS, LIT_SHOP, conditions.night, conditions);
}

/** Blocks of one metre's third are letters, so that a sign is a mark that can be read from afar. */
function signColor(shop: Shop, across: number, rise: number, width: number): Color {
  const isInside = across > 0.15 * width && across < 0.85 * width && rise > 0.82 && rise < 0.94;
  if (!isInside) return shop.sign;
  const letter = Math.floor(across * 3);
  return hash(shop.lettersSeed, letter) < 0.6 ? shop.letters : shop.sign;
}

function upperFloor(
  house: House,
  across: number,
  floor: number,
  rise: number,
  conditions: Conditions,
): Surface {
  const column = Math.floor(across / house.pitch);
  const share = across / house.pitch - column;
  const { window } = house;
  const isWindow =
    Math.abs(share - 0.5) < window.width / 2 && Math.abs(rise - 0.5) < window.height / 2;
  if (isWindow) {
    const isLit = hash(house.seed, floor, column, conditions.seed) < SHARE_OF_LIT_WINDOWS;
    return glass(window.color, LIT_WINDOW, isLit ? conditions.night : 0, conditions);
  }
  if (house.balcony && rise < 0.3 && Math.abs(share - 0.5) < 0.45) {
    return matt(Math.floor(across * 6) % 2 === 0 ? darken(house.wall, 0.55) : house.wall);
  }
  if (house.band != null && rise < 0.1) return matt(house.band);
  return wallOf(house, (floor + rise) * house.floor);
}

function glass(dark: Color, lit: Color, light: number, { sky }: Conditions): Surface {
  return { color: mix(mix(dark, sky, 0.2), lit, light), glow: light };
}
