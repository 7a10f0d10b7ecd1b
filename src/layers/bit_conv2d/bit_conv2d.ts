import { readOptions } from '../../options/option_table';
import { BitConv2D } from './layer';
import { BIT_CONV2D_OPTIONS, layerLabel, type BitConv2DOptions } from './options';

/**
 * A Conv2D layer with ternary weights. It takes every option of `tf.layers.conv2d` (except constraints, which
 * tfjs never applies in `fit`), and `kernelQuantizer`, `inputQuantizer`, `eps` and `blend`. Images have their channels
 * last; a `dilationRate` above 1 needs strides of 1, as in tfjs.
 *
 * ```js
 * const model = tf.sequential();
 * model.add(tf.layers.conv2d({filters: 16, kernelSize: 3, inputShape: [28, 28, 1], activation: 'relu'}));
 * model.add(bitConv2d({filters: 32, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu'}));
 * model.add(tf.layers.globalAveragePooling2d({}));
 * model.add(tf.layers.dense({units: 10}));
 * model.compile({optimizer: 'adam', loss: 'meanSquaredError'});
 * ```
 *
 * @throws an error that names the option and what was expected, if an option is wrong or unknown.
 */
export function bitConv2d(options: BitConv2DOptions): BitConv2D {
  const { name } = (options as BitConv2DOptions | undefined) ?? {};
  // The constructor also takes the entries that only a saved config has.
  readOptions(layerLabel(name), options, BIT_CONV2D_OPTIONS);
  return new BitConv2D(options);
}
