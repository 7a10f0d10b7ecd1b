import { readOptions } from '../../options/option_table';
import { BitLinear } from './layer';
import { BIT_LINEAR_OPTIONS, layerLabel, type BitLinearOptions } from './options';

/**
 * A Dense layer with ternary weights. It takes every option of `tf.layers.dense` (except constraints, which
 * tfjs never applies in `fit`), and `kernelQuantizer`, `inputQuantizer`, `eps`, `blend` and
 * `skipZeroBlocks`.
 *
 * ```js
 * const model = tf.sequential();
 * model.add(bitLinear({units: 32, inputShape: [16], activation: 'relu'}));
 * model.add(tf.layers.dense({units: 2}));
 * model.compile({optimizer: 'adam', loss: 'meanSquaredError'});
 * ```
 *
 * @throws an error that names the option and what was expected, if an option is wrong or unknown.
 */
export function bitLinear(options: BitLinearOptions): BitLinear {
  const { name } = (options as BitLinearOptions | undefined) ?? {};
  // The constructor also takes the entries that only a saved config has.
  readOptions(layerLabel(name), options, BIT_LINEAR_OPTIONS);
  return new BitLinear(options);
}
