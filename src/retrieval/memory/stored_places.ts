import type { Run } from '../../engine/hamming/codes';
import {
  idTaken,
  type EngineSearch,
  type FoundPlace,
  type Near,
  type Place,
} from '../place_engine';
import { isNear } from '../positions';
import { PlaceCodes } from './place_codes';
import { PositionList } from './position_list';

/** Places in memory. The row of a place is its number in the order of adding. */
export class StoredPlaces {
  private ids: string[] = [];
  private readonly rowOfId = new Map<string, number>();
  private readonly positions = new PositionList();
  private readonly codes: PlaceCodes;

  constructor(readonly bits: number) {
    this.codes = new PlaceCodes(bits / 8);
  }

  get size(): number {
    return this.ids.length;
  }

  /** In their order of adding. */
  get allIds(): readonly string[] {
    return this.ids;
  }

  /** Adds all, or none if it throws. */
  add(places: readonly Place[]): void {
    const taken = places.find(({ id }) => this.rowOfId.has(id));
    if (taken != null) throw idTaken(taken.id);
    this.positions.reserve(this.size + places.length);
    this.codes.add(
      places.map(({ descriptor }) => descriptor),
      this.size,
    );
    for (const { id, position } of places) {
      this.positions.set(this.size, position);
      this.rowOfId.set(id, this.size);
      this.ids.push(id);
    }
  }

  /** @returns how many were there. */
  remove(ids: readonly string[]): number {
    const rows = new Set(ids.map((id) => this.rowOfId.get(id)));
    rows.delete(undefined);
    if (rows.size === 0) return 0;
    const runs = this.runsOf((row) => !rows.has(row));
    this.codes.keep(runs);
    this.positions.keep(runs);
    this.ids = this.ids.filter((_, row) => !rows.has(row));
    this.rowOfId.clear();
    this.ids.forEach((id, row) => this.rowOfId.set(id, row));
    return rows.size;
  }

  /** Whether `search` can be approximate. */
  get hasFirstBits(): boolean {
    return this.codes.hasFirstBits;
  }

  copyFirstBits(): void {
    if (!this.hasFirstBits) this.codes.copyFirstBits(this.size);
  }

  search(queries: readonly Uint8Array[], { k, near, approximate }: EngineSearch): FoundPlace[][] {
    const runs = this.runsNear(near);
    const found = approximate
      ? this.codes.searchFirstBits(queries, k, runs)
      : this.codes.search(queries, k, runs);
    return found.map((pairs) => {
      const found = Array.from({ length: pairs.length / 2 });
      return found.map((_, i) => this.found(pairs[2 * i]!, pairs[2 * i + 1]!));
    });
  }

  /** The descriptor is not a copy, and is right until places are added or removed. */
  place(row: number): Place {
    return {
      id: this.ids[row]!,
      descriptor: this.codes.code(row),
      position: this.positions.get(row),
    };
  }

  private found(row: number, distance: number): FoundPlace {
    const position = this.positions.get(row);
    return { id: this.ids[row]!, distance, ...(position != null && { position }) };
  }

  private runsNear(near: Near | undefined): Run[] {
    if (near == null) return [{ first: 0, count: this.size }];
    return this.runsOf((row) => {
      const position = this.positions.get(row);
      return position != null && isNear(position, near);
    });
  }

  /** The rows that count, in their order. */
  private runsOf(counts: (row: number) => boolean): Run[] {
    const runs: Run[] = [];
    for (let row = 0; row < this.size; row++) {
      const first = row;
      while (row < this.size && counts(row)) row++;
      if (row > first) runs.push({ first, count: row - first });
    }
    return runs;
  }
}
