import type { Place } from '../../world/city';
import type { Conditions, Season } from '../../world/conditions';
import { shotAt, SIZE, type Shot, type Survey } from '../../world/survey';
import { takeView, type World } from '../../world/view';
import { lightAt } from './light';

/** A view of a survey. */
export interface Taken {
  readonly survey: Survey;
  readonly place: Place;
  readonly index: number;
}

/** How a view is to be taken: what the sliders say. */
export interface Settings {
  /** Metres from where the view was taken, ahead and to the right, and degrees to the right. */
  readonly ahead: number;
  readonly right: number;
  readonly turn: number;
  readonly night: number;
  /** As in `Conditions`. */
  readonly fog: number;
  readonly rain: number;
  readonly snow: number;
  readonly season: Season;
}

/** A view that was drawn. */
export interface Query {
  readonly pixels: Uint8Array;
  /** Where the camera is, and the nearest of the four directions. */
  readonly place: Place;
  /** In radians from east to north. */
  readonly heading: number;
  readonly conditions: Conditions;
}

/** East, north, west, south. */
const AHEAD = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;

/** The settings with which a view is drawn as it was taken. */
export function settingsOf({ survey, place, index }: Taken): Settings {
  const { night, fog, rain, snow, season } = shotAt(survey, place, index).conditions;
  return { ahead: 0, right: 0, turn: 0, night, fog, rain, snow, season };
}

export function drawQuery(world: World, taken: Taken, settings: Settings): Query {
  const shot = shotAt(taken.survey, taken.place, taken.index);
  const conditions = conditionsOf(shot, settings);
  const moved = move(shot.camera, taken.place.direction, settings);
  const heading = shot.camera.heading - (settings.turn * Math.PI) / 180;
  const camera = { ...shot.camera, ...moved, heading };
  const pixels = takeView(world, camera, conditions, SIZE, shot.random);
  return { pixels, conditions, heading, place: placeOf(taken.place, settings) };
}

function conditionsOf({ conditions }: Shot, settings: Settings): Conditions {
  const { night, fog, rain, snow, season } = settings;
  return { ...conditions, ...lightAt(conditions, night), fog, rain, snow, season };
}

function placeOf(place: Place, settings: Settings): Place {
  const quarters = Math.round(place.direction - settings.turn / 90);
  return { ...move(place, place.direction, settings), direction: (quarters + 4) % 4 };
}

function move(from: { x: number; y: number }, direction: number, { ahead, right }: Settings) {
  const [eastward, northward] = AHEAD[direction];
  return {
    x: from.x + ahead * eastward + right * northward,
    y: from.y + ahead * northward - right * eastward,
  };
}
