import { SparsityGate } from './layer';
import type { SparsityGateOptions } from './options';

/**
 * The sparsity gate of TAT-VPR (arXiv 2505.16447): a layer without weights, placed before ternary layers, that keeps
 * the entries of largest magnitude and makes the others 0. Gradients pass straight through it: those of its input are
 * those of its output, everywhere. Its `sparsity` can be set at any time, also of a deployed model: see `setSparsity`.
 *
 *     scope       what is kept
 *     'token'     of each row (last axis) of n entries, the floor((1 - sparsity) n) largest
 *     'block4'    of each row of n entries, the floor((1 - sparsity) m) largest of its m = ceil(n / 4) blocks of four
 *                 neighbors, each kept or dropped whole; a last block of fewer is as if zeros followed
 *     'tensor'    of all n entries of the batch, the floor((1 - sparsity) n) largest
 *
 * The products are computed in float64 as they stand. Of equal magnitudes, the first are kept. The size of a block is
 * (|x0| + |x1|) + (|x2| + |x3|), each sum rounded to float32. With sparsity 0 the output is the input.
 *
 * 'tensor' is what the authors' code does: the output for one example depends on the others of its batch, so that a batch of
 * one gives other numbers. With 'token' and 'block4' it never does. Layers with many inputs can skip zeros of 'block4'.
 *
 * NaN and infinity are not dropped, and drop nothing: a row that holds one is passed on whole, with 'tensor' the batch.
 * So is a row in which the size of a block overflows. The same is kept on cpu, wasm and tensorflow, in training and in
 * inference; on other backends the gate is composed of operations of TensorFlow.js.
 *
 * ```js
 * const net = tf.sequential();
 * net.add(sparsityGate({sparsity: 0.4, scope: 'block4', inputShape: [16]}));
 * net.add(bitLinear({units: 8, skipZeroBlocks: true})); // deployed, it skips what the gate dropped
 * net.layers[0].sparsity; // 0.4
 * net.layers[0] instanceof SparsityGate; // true
 * ```
 *
 * @throws if an option is unknown or wrong. Applying the layer throws if its input has a rank below 2.
 */
export function sparsityGate(options: SparsityGateOptions = {}): SparsityGate {
  return new SparsityGate(options);
}
