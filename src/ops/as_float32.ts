import { cast, type Tensor } from '@tensorflow/tfjs-core';

/** The tensor itself if it is float32, else cast to it. `cast` by itself copies on the backend wasm, even to the same type. */
export function asFloat32(x: Tensor): Tensor {
  return x.dtype === 'float32' ? x : cast(x, 'float32');
}
