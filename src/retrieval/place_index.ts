import type { FoundPlace, Near, Place, Position } from './place_engine';

/** The options of `PlaceIndex.search`. */
export interface SearchOptions {
  /** The number of places for a query. */
  k: number;
  /** Only places in this circle count. There may be fewer than k of them. Default: none. */
  near?: Near | undefined;
  /** The position from which the `metres` of matches are measured. Default: the position of `near`. */
  from?: Position | undefined;
  /** Whether the engine may miss places to be faster. It needs `buildApproximate`. Default: false. */
  approximate?: boolean | undefined;
}

/** A place that a search found. */
export interface PlaceMatch extends FoundPlace {
  /** From `from` to the place's position, in metres; absent without one of the two. */
  readonly metres?: number;
}

/** Places that are searched by the Hamming distance of their descriptors. `placeIndex` opens one. */
export interface PlaceIndex {
  readonly bits: number;

  /**
   * Adds places, all or none. A long list takes memory and may be interrupted: add some thousand at a time, and
   * all calls that have ended keep their places.
   *
   * @param places their ids differ from each other and from those in the index.
   * @throws if a place has a wrong id, descriptor or position, or the id of another. Then nothing is added.
   */
  add(places: readonly Place[]): Promise<void>;

  /**
   * The k places whose descriptors differ from the query's in the fewest bits.
   *
   * @param descriptors [queries, bits / 8] bytes, as `packBits` gives them.
   * @returns a list for each query, by distance; places of one distance are ordered as they were added.
   * @throws if an option is wrong, k is above the number of places, or the descriptors are of another length.
   */
  search(descriptors: Uint8Array, options: SearchOptions): Promise<PlaceMatch[][]>;

  /** @returns how many of the ids were in the index. Their places are gone. */
  remove(ids: readonly string[]): Promise<number>;

  /** The number of places. */
  size(): Promise<number>;

  /**
   * Makes what `approximate` searches need (in databases an HNSW graph), which later adds extend. Does nothing if it is there.
   * @throws if the engine only searches exactly.
   */
  buildApproximate(): Promise<void>;

  /** Waits for the calls that run, and gives back what the engine took. Does nothing the second time. */
  close(): Promise<void>;
}
