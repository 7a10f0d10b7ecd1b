import { argumentError } from '../errors';

/** Metres to the east and to the north of a fixed point, as UTM has them. */
export interface Position {
  readonly east: number;
  readonly north: number;
}

/** A circle around a position, with its border. */
export interface Near {
  readonly position: Position;
  /** In metres. */
  readonly radius: number;
}

/** What an index stores of a place. */
export interface Place {
  /** Names the place: 1 to 800 characters, and no other place of the index has it. */
  readonly id: string;
  /** [bits / 8] bytes, as `packBits` gives them. */
  readonly descriptor: Uint8Array;
  /** Default: none. */
  readonly position?: Position | undefined;
}

/** What an engine finds. */
export interface FoundPlace {
  readonly id: string;
  /** The number of bits in which the descriptors differ. */
  readonly distance: number;
  /** Absent if the place was stored without. */
  readonly position?: Position;
}

/** What `PlaceIndex.search` asks of an engine. */
export interface EngineSearch {
  /** The most places for a query, at least 1. The engine may have fewer. */
  readonly k: number;
  /**
   * Only places in this circle count, and none without a position. In float64, as `isNear` rounds:
   * sqrt((east - e) * (east - e) + (north - n) * (north - n)) <= radius.
   */
  readonly near?: Near | undefined;
  /**
   * True only where the engine has `buildApproximate`. The engine may then miss places; it throws if
   * `buildApproximate` was never called.
   */
  readonly approximate: boolean;
}

/**
 * Where a place index keeps its places: what an engine must do for `placeIndex`, which checks all that users give
 * before it calls the engine, and calls nothing before `open` has ended or after `close` has begun. Calls may overlap.
 */
export interface PlaceEngine {
  /** The function that makes the engine, for errors. */
  readonly name: string;

  /** @throws if descriptors of this length (a multiple of 8) are not what the engine keeps, or it cannot be opened. */
  open(bits: number): Promise<void>;

  /**
   * Adds all of the places, which have different ids, after those that are there. An internal number that grows and that no
   * later place gets again keeps the order of adding.
   * @throws `idTaken` if the index has one of the ids, the first by the order of `places`. Then, and after any other
   * error, none of them is added.
   */
  add(places: readonly Place[]): Promise<void>;

  /**
   * @param descriptors [queries, bits / 8].
   * @returns for each query the k nearest places, by distance and those of one distance by their order of adding.
   */
  search(descriptors: Uint8Array, options: EngineSearch): Promise<FoundPlace[][]>;

  /** @returns how many of the places were there, and are gone now. All go, or none if it throws. */
  remove(ids: readonly string[]): Promise<number>;

  /** The number of places. */
  size(): Promise<number>;

  /** Makes what `approximate` needs; does nothing if it is there. Absent in an engine that only searches exactly. */
  buildApproximate?(): Promise<void>;

  /** Gives back all that `open` took. The engine can then be opened again. */
  close(): Promise<void>;
}

/** The error of `PlaceEngine.add`. */
export function idTaken(id: string): Error {
  return new Error(
    `PlaceIndex.add: the index already has a place with the id ${JSON.stringify(id)}. Nothing was added.`,
  );
}

/** The error of an approximate search before `PlaceEngine.buildApproximate`. */
export function notBuilt(): Error {
  return argumentError('PlaceIndex.search', 'approximate', 'false before buildApproximate()', true);
}
