import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import type { Conv2DLayer } from '../tfjs/conv2d';
import type { DenseLayer } from '../tfjs/dense';
import { copyOptimizer, ownOptimizer } from '../tfjs/optimizer_copy';
import { disposingOnError } from '../tfjs/registered_variables';
import { rebuild, type LayerChange } from '../topology/rebuild';
import type { Decision } from './decisions';
import type { TernaryForm } from './kinds';
import type { NormalizationDecision } from './normalizations';
import type { ConvertOptions } from './options';
import { checkedDecisions } from './plan';

/**
 * A new model of the same class in which the Dense layers are BitLinear layers, and the Conv2D layers BitConv2D
 * layers: it is ternary, and ready to be fine-tuned and deployed. The source does not change, and can still be used.
 *
 * Names, topology (shared layers, nested models, wrappers, several inputs and outputs), activations,
 * regularizers, what is frozen and metadata are those of the source. All weights are copied bit for bit;
 * learned scales start from the kernels. Layers whose output is an output of the model stay float unless
 * `convertOutputs` is true; activations after them do not count. The first convolution stays float unless
 * `convertFirstConvolution` is true; depthwise, separable and transposed ones stay float. Each
 * `tf.layers.layerNormalization` and `tf.layers.batchNormalization` over the last axis becomes a LayerNorm or a
 * BatchNorm, which compute the same to rounding in less time, unless `keepNormalizations` is true; this holds for a model
 * without a Dense layer too. `planConversion` shows what happens to each layer.
 *
 * ```js
 * const dense = tf.sequential({
 *   layers: [
 *     tf.layers.dense({units: 8, inputShape: [4], activation: 'relu'}),
 *     tf.layers.dense({units: 2}),
 *   ],
 * });
 * const ternary = convert(dense, {kernelQuantizer: 'twn'});
 * ternary.layers.map((layer) => layer.getClassName()); // ['BitLinear', 'Dense']
 * ```
 *
 * @throws if `model` is not a built LayersModel, an option is wrong, or the model cannot be built again
 * from its config: a layer is used at several places of the tree, two layers have one path, a class is
 * not registered, or a custom layer holds layers whose weights it does not report. In these cases nothing
 * was built or changed.
 */
export function convert<Model extends LayersModel>(
  model: Model,
  options: ConvertOptions = {},
): Model {
  const { layers, normalizations } = checkedDecisions(model, options, 'convert');
  const changes = new Map([
    ...layers.flatMap(ternaryChange),
    ...normalizations.flatMap(normalizationChange),
  ]);
  return disposingOnError(() => {
    const converted = rebuild(model, changes);
    if (options.compile) compileAlike(model, converted);
    return converted;
  });
}

/** The config and the weights of a normalization are those of its replacement. */
function normalizationChange({
  site,
  replacement,
  reason,
}: NormalizationDecision): Array<[string, LayerChange]> {
  return reason == null ? [[site.path, { className: replacement, config: {} }]] : [];
}

function ternaryChange({ site, ternary }: Decision): Array<[string, LayerChange]> {
  if (ternary == null) return [];
  const { kernelQuantizer, inputQuantizer, eps } = ternary;
  const change: LayerChange = {
    className: ternary.getClassName(),
    config: { kernelQuantizer: { ...kernelQuantizer }, inputQuantizer, eps },
    setWeights: (target) => setWeights(site.layer as DenseLayer | Conv2DLayer, target),
  };
  return [[site.path, change]];
}

function setWeights({ kernel, bias }: DenseLayer | Conv2DLayer, target: layers.Layer): void {
  target.setWeights([kernel!.read(), ...(bias == null ? [] : [bias.read()])]);
  for (const weight of target.weights) {
    const isBias = weight === (target as TernaryForm).bias;
    weight.trainable = (isBias ? bias! : kernel!).trainable;
  }
}

function compileAlike(source: LayersModel, target: LayersModel): void {
  const { optimizer, loss, metrics } = source;
  target.compile({ optimizer: copyOptimizer(optimizer), loss, metrics });
  ownOptimizer(target);
}
