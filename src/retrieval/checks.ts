import { argumentError } from '../errors';
import type { Check } from '../options/check';
import type { Near, Place, Position } from './place_engine';
import { FARTHEST_METRES } from './positions';

export const BITS: Check = {
  expected: 'a positive multiple of 8',
  holds: (value) => Number.isSafeInteger(value) && (value as number) > 0 && Number(value) % 8 === 0,
};

const isMetres = (value: unknown) =>
  typeof value === 'number' && Math.abs(value) <= FARTHEST_METRES;

export const POSITION: Check = {
  expected: `{east, north}, in metres, of at most ${FARTHEST_METRES}`,
  holds: (value) => isMetres((value as Position)?.east) && isMetres((value as Position)?.north),
};

export const NEAR: Check = {
  expected: `{position: ${POSITION.expected}; radius, from 0 to ${FARTHEST_METRES} metres}`,
  holds(value) {
    const { position, radius } = (value ?? {}) as Near;
    return POSITION.holds(position) && isMetres(radius) && radius >= 0;
  },
};

const LONGEST_ID = 800;

/** PostgreSQL stores neither half a surrogate pair nor the character 0, and indexes no text of any length. */
const ID: Check = {
  expected: `a string of 1 to ${LONGEST_ID} characters, all of them Unicode and none of them U+0000`,
  holds: (value) =>
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= LONGEST_ID &&
    !/[\p{Surrogate}\0]/u.test(value),
};

const ADD = 'PlaceIndex.add';

/** As `Array.isArray`, which takes the type of a read-only array away. */
const isArray = (value: unknown): boolean => Array.isArray(value);

export function checkPlaces(places: readonly Place[], bits: number): void {
  if (!isArray(places)) throw argumentError(ADD, 'places', 'an array', places);
  const ids = new Set<string>();
  places.forEach((place, i) => {
    checkPlace(place, `places[${i}]`, bits);
    if (ids.has(place.id)) {
      throw argumentError(ADD, `places[${i}].id`, 'another than those before it', place.id);
    }
    ids.add(place.id);
  });
}

function checkPlace(place: Place, name: string, bits: number): void {
  if (typeof place !== 'object' || place === null) {
    throw argumentError(ADD, name, '{id, descriptor, position}', place);
  }
  const { id, descriptor, position } = place;
  if (!ID.holds(id)) throw argumentError(ADD, `${name}.id`, ID.expected, id);
  const bytes = bits / 8;
  if (!(descriptor instanceof Uint8Array) || descriptor.length !== bytes) {
    const expected = `a Uint8Array of ${bytes} bytes (${bits} bits)`;
    throw argumentError(ADD, `${name}.descriptor`, expected, bytesOrValue(descriptor));
  }
  if (position !== undefined && !POSITION.holds(position)) {
    throw argumentError(ADD, `${name}.position`, POSITION.expected, position);
  }
}

export function checkDescriptors(descriptors: Uint8Array, bits: number): void {
  const bytes = bits / 8;
  const isRows = descriptors instanceof Uint8Array && descriptors.length % bytes === 0;
  if (isRows && descriptors.length > 0) return;
  const expected = `a Uint8Array of [queries, ${bytes}] bytes (${bits} bits a query)`;
  throw argumentError('PlaceIndex.search', 'descriptors', expected, bytesOrValue(descriptors));
}

/** Thousands of numbers would hide the message. */
function bytesOrValue(value: unknown): unknown {
  return value instanceof Uint8Array ? `${value.length} bytes` : value;
}

export function checkIds(ids: readonly string[]): void {
  if (Array.isArray(ids) && ids.every((id) => typeof id === 'string')) return;
  throw argumentError('PlaceIndex.remove', 'ids', 'an array of strings', ids);
}
