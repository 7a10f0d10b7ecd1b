import { gather, tensor1d, tidy, Tensor } from '@tensorflow/tfjs-core';
import { argumentError } from '../../errors';

/** Tensors [examples, ...]: one, or one for each input or output of a model. */
export type Examples = Tensor | Tensor[];

/** The examples with these numbers. */
export function takeExamples(examples: Examples, indices: Int32Array): Examples {
  return tidy(() => {
    const rows = tensor1d(indices, 'int32');
    return Array.isArray(examples)
      ? examples.map((part) => gather(part, rows))
      : gather(examples, rows);
  });
}

/** The number of examples, which must be that of all tensors. @throws with the name of an argument. */
export function countExamples(where: string, data: Record<string, Examples>): number {
  let examples: number | undefined;
  for (const [argument, tensors] of Object.entries(data)) {
    const all = [tensors].flat();
    if (all.length === 0) throw argumentError(where, argument, 'at least one tensor', tensors);
    for (const tensor of all) {
      if (!(tensor instanceof Tensor) || tensor.rank < 1) {
        const expected = 'a tensor of rank 1 or more, or an array of such';
        throw argumentError(where, argument, expected, (tensor as Tensor | undefined)?.shape);
      }
      examples ??= tensor.shape[0];
      if (tensor.shape[0] === examples) continue;
      throw argumentError(where, argument, `of shape [${examples}, ...]`, tensor.shape);
    }
  }
  return examples!;
}
