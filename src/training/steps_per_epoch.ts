/** @param params what tfjs tells callbacks. @returns NaN in a dataset of unknown size. */
export function stepsPerEpoch(params: object): number {
  const { steps, samples, batchSize } = params as Record<string, number | null>;
  return steps ?? Math.ceil((samples ?? NaN) / (batchSize ?? NaN));
}
