import type { Run } from '../../engine/hamming/codes';
import type { Position } from '../place_engine';

/** Positions by row, or none for a row. */
export class PositionList {
  /** [rows and more, 2]: metres to the east and to the north; NaN for none. */
  private metres = new Float64Array(0);

  /** Makes room for so many rows. */
  reserve(rows: number): void {
    if (2 * rows <= this.metres.length) return;
    const larger = new Float64Array(Math.max(2 * rows, 2 * this.metres.length));
    larger.set(this.metres);
    this.metres = larger;
  }

  set(row: number, position: Position | undefined): void {
    this.metres[2 * row] = position?.east ?? NaN;
    this.metres[2 * row + 1] = position?.north ?? NaN;
  }

  get(row: number): Position | undefined {
    const [east, north] = [this.metres[2 * row]!, this.metres[2 * row + 1]!];
    return Number.isNaN(east) ? undefined : { east, north };
  }

  /** Keeps these rows alone, which are in their order, and numbers them anew. */
  keep(runs: readonly Run[]): void {
    let rows = 0;
    for (const { first, count } of runs) {
      this.metres.copyWithin(2 * rows, 2 * first, 2 * (first + count));
      rows += count;
    }
  }
}
