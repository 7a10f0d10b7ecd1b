import { argumentError } from '../errors';
import { anyBoolean, positiveInteger } from '../options/check';
import { readOptions, type OptionTable } from '../options/option_table';
import { checkDescriptors, checkIds, checkPlaces, ID, NEAR, POSITION } from './checks';
import type { EngineSearch, FoundPlace, Place, PlaceEngine, Position } from './place_engine';
import type { PlaceIndex, PlaceMatch, SearchOptions } from './place_index';
import { metresBetween, positionOf } from './positions';

export const SEARCH_OPTIONS = {
  k: { ...positiveInteger, required: true },
  near: NEAR,
  from: POSITION,
  approximate: { ...anyBoolean, default: false },
} as const satisfies OptionTable<SearchOptions>;

const SEARCH = 'PlaceIndex.search';

/** Checks what users give, and waits for running calls before it closes. */
export class CheckedIndex implements PlaceIndex {
  private readonly running = new Set<Promise<unknown>>();
  private closing: Promise<void> | undefined;

  constructor(
    readonly bits: number,
    private readonly engine: PlaceEngine,
    private readonly afterClose: () => void,
  ) {}

  async add(places: readonly Place[]): Promise<void> {
    this.checkOpen('add');
    checkPlaces(places, this.bits);
    if (places.length > 0) await this.run(() => this.engine.add(places.map(stored)));
  }

  async search(descriptors: Uint8Array, options: SearchOptions): Promise<PlaceMatch[][]> {
    this.checkOpen('search');
    const { k, near, from, approximate } = readOptions(SEARCH, options, SEARCH_OPTIONS);
    checkDescriptors(descriptors, this.bits);
    if (approximate) this.checkApproximate(SEARCH);
    const circle = near && { position: positionOf(near.position), radius: near.radius };
    const search = { k, near: circle, approximate };
    const found = await this.run(() => this.searchOf(descriptors, search));
    const start = from == null ? circle?.position : positionOf(from);
    return found.map((places) => places.map((place) => match(place, start)));
  }

  /** Counting the places takes a database long: only a search that found too few of them asks for it. */
  private async searchOf(descriptors: Uint8Array, search: EngineSearch): Promise<FoundPlace[][]> {
    const found = await this.engine.search(descriptors, search);
    if (search.near == null && found.some((places) => places.length < search.k)) {
      const size = await this.engine.size();
      const expected = `at most the number of places (${size})`;
      if (size < search.k) throw argumentError(SEARCH, 'k', expected, search.k);
    }
    return found;
  }

  async remove(ids: readonly string[]): Promise<number> {
    this.checkOpen('remove');
    checkIds(ids);
    // No place has an id that `add` refuses, and not all engines take one.
    const possible = ids.filter((id) => ID.holds(id));
    return this.run(() => this.engine.remove(possible));
  }

  async size(): Promise<number> {
    this.checkOpen('size');
    return this.run(() => this.engine.size());
  }

  async buildApproximate(): Promise<void> {
    this.checkOpen('buildApproximate');
    this.checkApproximate('PlaceIndex.buildApproximate');
    await this.run(() => this.engine.buildApproximate!());
  }

  close(): Promise<void> {
    this.closing ??= this.closeOnce();
    return this.closing;
  }

  private async closeOnce(): Promise<void> {
    try {
      await Promise.allSettled(this.running);
      await this.engine.close();
    } finally {
      this.afterClose();
    }
  }

  private async run<Result>(call: () => Promise<Result>): Promise<Result> {
    const running = call();
    this.running.add(running);
    try {
      return await running;
    } finally {
      this.running.delete(running);
    }
  }

  private checkOpen(method: string): void {
    if (this.closing != null) throw new Error(`PlaceIndex.${method}: the index is closed.`);
  }

  private checkApproximate(where: string): void {
    if (this.engine.buildApproximate != null) return;
    throw argumentError(where, 'engine', 'one that also searches approximately', this.engine.name);
  }
}

/** A copy, as an engine may read it after the caller has changed it. (The `slice` of a Buffer copies nothing.) */
function stored({ id, descriptor, position }: Place): Place {
  return {
    id,
    descriptor: new Uint8Array(descriptor),
    ...(position != null && { position: positionOf(position) }),
  };
}

function match(place: FoundPlace, start: Position | undefined): PlaceMatch {
  if (start == null || place.position == null) return place;
  return { ...place, metres: metresBetween(start, place.position) };
}
