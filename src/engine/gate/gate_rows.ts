import { CHUNK_BYTES } from '../wasm/own_memory';
import type { GateMicrokernels } from './microkernels';

/** What is kept of each row. A group is one entry, or a block of four neighbors, the last of which may have fewer. */
export interface GateRows {
  /** Entries of a row. */
  readonly width: number;
  /** Entries of a group. */
  readonly groupSize: 1 | 4;
  /** Groups that each row keeps, fewer than it has. */
  readonly keep: number;
}

export function groupsOf({ width, groupSize }: Pick<GateRows, 'width' | 'groupSize'>): number {
  return Math.ceil(width / groupSize);
}

/** Bytes of scratch memory that the microkernels need: the sizes of a row's groups, and twice the halves of their bits. */
export function gateScratchBytes(rows: GateRows): number {
  return 8 * groupsOf(rows) + 64;
}

/** The microkernels need memory for a whole row, which a batch as one row may not have. */
export function fitsMicrokernels({ width }: GateRows): boolean {
  return 16 * width <= CHUNK_BYTES;
}

export function microkernelFor({ groupSize }: GateRows, microkernels: GateMicrokernels) {
  return groupSize === 1 ? microkernels.keepEntries : microkernels.keepBlocks;
}
