import { cameraAt, type Camera } from './camera';
import { placesOf, type Place } from './city';
import { anyConditions, fairConditions, type Conditions } from './conditions';
import { randomFrom, type Random } from './random';
import { takeView, type World } from './view';

/** Pixels of a view, in both directions. */
export const SIZE = 48;
export const BYTES_PER_VIEW = SIZE * SIZE * 3;

/** Views of the places of a city. */
export interface Survey {
  readonly name: string;
  /** The seed of the city. */
  readonly city: number;
  readonly places: number;
  /** Each place is seen as often, but only each `every`th place. */
  readonly viewsPerPlace: number;
  readonly every: number;
  /** How many of the views of a place are taken by day and in fair weather: the first ones. */
  readonly fair: number;
  /** Decides on camera, conditions and traffic of each view. */
  readonly seed: number;
}

/** What a view follows from. Traffic and noise are drawn from `random`. */
export interface Shot {
  readonly camera: Camera;
  readonly conditions: Conditions;
  readonly random: Random;
}

/** The places that a survey has views of. */
export function seenPlaces({ places, every }: Survey): Place[] {
  return placesOf(places).filter((_, i) => i % every === 0);
}

export function shotAt(survey: Survey, place: Place, index: number): Shot {
  const random = randomFrom(survey.seed, survey.city, index);
  const isFair = index % survey.viewsPerPlace < survey.fair;
  const conditions = isFair ? fairConditions(random) : anyConditions(random);
  return { conditions, camera: cameraAt(place, random), random };
}

/** The `index`th view of a survey, which is of that place. */
export function viewAt(world: World, survey: Survey, place: Place, index: number): Uint8Array {
  const { camera, conditions, random } = shotAt(survey, place, index);
  return takeView(world, camera, conditions, SIZE, random);
}
