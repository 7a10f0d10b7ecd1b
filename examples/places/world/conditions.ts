import { mix, type Color } from './color';
import { between, type Random } from './random';

/** In the order of the year. */
const SEASONS = ['spring', 'summer', 'autumn', 'winter'] as const;
export type Season = (typeof SEASONS)[number];

/** What changes between two views of a place, except its camera and traffic. */
export interface Conditions {
  /** Decides which windows are lit. */
  readonly seed: number;
  readonly season: Season;
  /** 0 by day, up to 1 at night. */
  readonly night: number;
  /** The share of white on ground and roofs. */
  readonly snow: number;
  /** How wet the ground is, in [0, 1]. */
  readonly rain: number;
  /** The share of light that is lost in a metre. */
  readonly fog: number;
  readonly sky: Color;
  /** The heading of the sun, in radians. */
  readonly sun: number;
  /** Light from everywhere, and from the sun. */
  readonly ambient: number;
  readonly direct: number;
  /** What the camera makes of it. */
  readonly gain: number;
  readonly tint: Color;
  readonly noise: number;
}

const BLUE_SKY: Color = [0.45, 0.66, 0.95];
const GRAY_SKY: Color = [0.8, 0.82, 0.85];
const EVENING_SKY: Color = [0.95, 0.65, 0.45];

/** As when a city is photographed for a map: by day, and in fair weather. */
export function fairConditions(random: Random): Conditions {
  return { ...daylight(random), ...camera(random) };
}

/** Any time of the day and of the year, in any weather. */
export function anyConditions(random: Random): Conditions {
  const light = random() < 0.15 ? nightfall(random) : daylight(random);
  return { ...light, ...weather(random, light.season), ...camera(random) };
}

function daylight(random: Random) {
  const cloud = random();
  const evening = random() < 0.2 ? random() : 0;
  const sky = mix(mix(BLUE_SKY, GRAY_SKY, cloud), EVENING_SKY, 0.7 * evening * (1 - cloud));
  return {
    ...{ ...timeOfYear(random), night: 0, sky, snow: 0, rain: 0, fog: 0.002 },
    sun: between(random, 0, 2 * Math.PI),
    ambient: between(random, 0.5, 0.6) + 0.25 * cloud,
    direct: 0.45 * (1 - cloud),
  };
}

export function nightfall(random: Random) {
  const night = between(random, 0.6, 1);
  const sky: Color = [0.06 + 0.08 * random(), 0.06 + 0.08 * random(), 0.1 + 0.15 * random()];
  return {
    ...{ ...timeOfYear(random), night, sky, snow: 0, rain: 0, fog: 0.002, sun: 0 },
    ambient: between(random, 0.45, 0.6),
    direct: 0,
  };
}

function timeOfYear(random: Random) {
  const season = SEASONS[Math.floor(random() * SEASONS.length)];
  return { seed: Math.floor(random() * 2 ** 31), season };
}

function weather(random: Random, season: Season) {
  const kind = random();
  if (kind < 0.2) return { fog: between(random, 0.005, 0.02), rain: 0.3 };
  if (kind < 0.4) return { fog: 0.006, rain: between(random, 0.5, 1) };
  return season === 'winter' && kind < 0.8 ? { snow: between(random, 0.6, 0.9) } : {};
}

function camera(random: Random) {
  const tint: Color = [between(random, 0.9, 1.1), 1, between(random, 0.9, 1.1)];
  return { gain: between(random, 0.75, 1.3), tint, noise: between(random, 0.01, 0.03) };
}
