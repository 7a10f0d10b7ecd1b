import { dispose, Variable, type Optimizer } from '@tensorflow/tfjs-core';

/*
 * Relies on the fields of tfjs's optimizers: single variables, such as Adam's running products of its
 * betas; lists of slots, one for each weight that is trained, in the order of the weights; and
 * `iterations_`. RMSProp fills the slots `accumulatedMeanGrads` only where it is centered. tfjs's own
 * `getWeights` leaves the single variables out, and its `setWeights` computes them anew with another rounding;
 * Adamax has neither method.
 */

const MEAN_GRADS = 'accumulatedMeanGrads';

/** How tfjs's optimizers keep one variable for each weight. */
export interface Slot {
  readonly originalName: string;
  readonly variable: Variable;
}

/** The variables and lists of slots that an optimizer holds, by the names of its fields. */
export function optimizerState(optimizer: Optimizer): Array<[string, Variable | Slot[]]> {
  return Object.entries(optimizer).filter(
    (field): field is [string, Variable | Slot[]] =>
      field[1] instanceof Variable || isSlots(field[1]),
  );
}

function isSlots(value: unknown): value is Slot[] {
  return (
    Array.isArray(value) && value.every((slot) => (slot as Slot)?.variable instanceof Variable)
  );
}

/** The lists of slots that the optimizer fills in its first step. */
export function filledSlots(optimizer: Optimizer): string[] {
  const { centered } = optimizer.getConfig();
  return optimizerState(optimizer)
    .filter(([field, value]) => Array.isArray(value) && (field !== MEAN_GRADS || centered))
    .map(([field]) => field);
}

/** Replaces a list of slots, and disposes of the earlier slots. */
export function setSlots(optimizer: Optimizer, field: string, slots: Slot[]): void {
  const fields = optimizer as unknown as Record<string, Slot[]>;
  dispose(fields[field]!.map(({ variable }) => variable));
  fields[field] = slots;
}

/** Sets the value that `optimizer.iterations` reads. */
export function setIterations(optimizer: Optimizer, iterations: number): void {
  (optimizer as unknown as { iterations_: number }).iterations_ = iterations;
}
