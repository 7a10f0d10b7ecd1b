import { reshape, slice, type Tensor } from '@tensorflow/tfjs-core';
import type { Shape } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { asFloat32 } from '../../ops/as_float32';
import { firstShape } from '../../tfjs/layer_nodes';

/** The shape [batch, tokens, channels]; the first token is that of the class, the others are patches, row by row. */
export type TokenShape = [batch: number | null, tokens: number | null, channels: number];

/** @throws an error that names the layer by `label`, if tokens have another shape. */
export function tokenShape(inputShape: Shape | Shape[], label: string): TokenShape {
  const shape = firstShape(inputShape);
  const [, tokens, channels] = shape;
  if (shape.length === 3 && channels != null && (tokens == null || tokens > 1)) {
    return shape as TokenShape;
  }
  const expected = 'of shape [batch, 1 + patches, channels] with known channels';
  throw argumentError(label, 'tokens', expected, shape);
}

/** The tokens that a layer is given, as float32. */
export function tokensIn(inputs: Tensor | Tensor[]): Tensor {
  return asFloat32(Array.isArray(inputs) ? inputs[0]! : inputs);
}

/** [batch, 1 + patches, channels] to [batch, channels]. */
export function classTokenOf(tokens: Tensor): Tensor {
  const [batch, , channels] = tokens.shape as [number, number, number];
  return reshape(slice(tokens, [0, 0, 0], [batch, 1, channels]), [batch, channels]);
}

/** [batch, 1 + patches, channels] to [batch, patches, channels]. */
export function patchesOf(tokens: Tensor): Tensor {
  return slice(tokens, [0, 1, 0], [-1, -1, -1]);
}
