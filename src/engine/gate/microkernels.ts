/** Keeps the `keep` largest groups of each row. Arrays are given by their addresses; see `gateScratchBytes`. */
type Gate = (
  x: number,
  y: number,
  rows: number,
  width: number,
  keep: number,
  scratch: number,
) => void;

/** The functions of kernels/gate.ts on one memory. */
export interface GateMicrokernels {
  readonly keepEntries: Gate;
  readonly keepBlocks: Gate;
}
