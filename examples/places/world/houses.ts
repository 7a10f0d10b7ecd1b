import { PERIOD, STREET } from './city';
import type { Color } from './color';
import { between, randomFrom, type Random } from './random';

/** One house in a wall of houses. Lengths are in metres. */
export interface House {
  readonly seed: number;
  /** From the beginning of the wall. */
  readonly start: number;
  readonly width: number;
  readonly height: number;
  readonly floor: number;
  /** From window to window. */
  readonly pitch: number;
  /** Shares of pitch and floor. */
  readonly window: { readonly width: number; readonly height: number; readonly color: Color };
  readonly wall: Color;
  /** Bands between the floors, or undefined. */
  readonly band: Color | undefined;
  readonly brick: boolean;
  readonly balcony: boolean;
  readonly roof: Color;
  readonly door: { readonly start: number; readonly color: Color };
  readonly shop: Shop | undefined;
}

export interface Shop {
  readonly front: Color;
  readonly sign: Color;
  /** Blocks that stand for letters. */
  readonly letters: Color;
  readonly lettersSeed: number;
  /** Stripes of a cloth above the window, or undefined. */
  readonly awning: Color | undefined;
}

/** Walls that were asked for; a view sees few of them, and neighbouring views the same ones. */
const LIMIT = 4096;

/** The houses of a city, by wall. */
export class Houses {
  private readonly walls = new Map<string, House[]>();

  constructor(private readonly city: number) {}

  /** The house at `along` metres of a wall of a block; side: west, east, south, north. */
  at(column: number, row: number, side: number, along: number): House {
    const houses = this.wall(column, row, side);
    return houses.find(({ start, width }) => along < start + width) ?? houses[houses.length - 1];
  }

  private wall(column: number, row: number, side: number): House[] {
    const key = `${column} ${row} ${side}`;
    const known = this.walls.get(key);
    if (known != null) return known;
    if (this.walls.size === LIMIT) this.walls.clear();
    const houses = buildWall(randomFrom(this.city, column, row, side));
    this.walls.set(key, houses);
    return houses;
  }
}

function buildWall(random: Random): House[] {
  const houses: House[] = [];
  for (let start = 0; start < PERIOD - STREET;) {
    const width = between(random, 6, 13);
    houses.push(buildHouse(random, start, width));
    start += width;
  }
  return houses;
}

function buildHouse(random: Random, start: number, width: number): House {
  const wall = wallColor(random);
  const height = 6 + 15 * random() * random() + 4 * random();
  return {
    ...{ seed: Math.floor(random() * 2 ** 31), start, width, height, wall },
    floor: between(random, 2.6, 3.6),
    pitch: width / Math.round(width / between(random, 1.5, 3.4)),
    window: {
      width: between(random, 0.3, 0.75),
      height: between(random, 0.4, 0.75),
      color: random() < 0.7 ? [0.16, 0.19, 0.24] : [0.3, 0.36, 0.42],
    },
    band: random() < 0.4 ? anyColor(random, 0.3, 0.9) : undefined,
    brick: random() < 0.35,
    balcony: random() < 0.25,
    roof: random() < 0.5 ? [0.45, 0.24, 0.18] : [0.28, 0.28, 0.31],
    door: { start: between(random, 0.05, 0.8) * width, color: anyColor(random, 0.05, 0.6) },
    shop: random() < 0.6 ? buildShop(random) : undefined,
  };
}

/** Plaster, sandstone or brick: bright and pale, with the hue of warm colors more often. */
function wallColor(random: Random): Color {
  const value = between(random, 0.3, 0.9);
  const [warm, saturation] = [between(random, -0.5, 1), between(random, 0, 0.45)];
  return [
    value,
    value * (1 - saturation * (0.4 + 0.3 * random())),
    value * (1 - saturation * warm),
  ];
}

function buildShop(random: Random): Shop {
  return {
    front: anyColor(random, 0.1, 0.9),
    sign: anyColor(random, 0, 1),
    letters: random() < 0.5 ? [0.95, 0.95, 0.9] : [0.08, 0.08, 0.1],
    lettersSeed: Math.floor(random() * 2 ** 31),
    awning: random() < 0.4 ? anyColor(random, 0.1, 1) : undefined,
  };
}

function anyColor(random: Random, low: number, high: number): Color {
  return [between(random, low, high), between(random, low, high), between(random, low, high)];
}
