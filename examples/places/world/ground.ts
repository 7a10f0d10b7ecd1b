import { fromWall, SIDEWALK, STREET, withinPeriod } from './city';
import { gray, mix, type Color } from './color';
import type { Conditions } from './conditions';
import { hash } from './random';

const ROAD = 0.3;
const WALK = 0.55;
const PAINT = 0.85;
const SNOW: Color = [0.92, 0.93, 0.97];
/** Zebra crossings are at the ends of streets: metres from the crossing. */
const ZEBRA = { begin: 0.8, end: 3.2, stripe: 0.55 };

/** The color of the ground of a city. */
export function groundAt(city: number, x: number, y: number, conditions: Conditions): Color {
  const wall = fromWall(x, y);
  const isWalk = wall < SIDEWALK;
  const base = isWalk ? WALK : isPainted(city, x, y) ? PAINT : ROAD;
  const stain = 0.08 * (hash(city, Math.floor(x * 2), Math.floor(y * 2)) - 0.5);
  const dry = base + stain;
  const wet = mix(gray(dry), mix(gray(0.5 * dry), conditions.sky, 0.35), conditions.rain);
  return mix(wet, SNOW, conditions.snow * (isWalk ? 1 : 0.8));
}

function isPainted(city: number, x: number, y: number): boolean {
  const [eastward, northward] = [withinPeriod(x), withinPeriod(y)];
  if (eastward < STREET && northward < STREET) return false;
  const isAvenue = eastward < STREET;
  const [across, along] = isAvenue ? [eastward, northward] : [northward, eastward];
  const toCrossing = along - STREET;
  const lane = Math.floor(isAvenue ? x / 60 : y / 60);
  if (toCrossing > ZEBRA.begin && toCrossing < ZEBRA.end && hash(city, lane, +isAvenue) < 0.6) {
    return Math.floor(across / ZEBRA.stripe) % 2 === 0;
  }
  return Math.abs(across - STREET / 2) < 0.12 && Math.floor(along / 2) % 2 === 0;
}
