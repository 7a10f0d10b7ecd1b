import { getBackend, type Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { webgl, WEBGL_ADVICE } from '../backends/webgl';
import { replacementOf } from '../convert/normalizations';
import { argumentError } from '../errors';
import { outputLayerOf } from '../layers/composite_layer';
import { isTernaryLayer } from '../layers/ternary/ternary_layer';
import { checkModel } from '../topology/check_model';
import { layerSites, type LayerSite } from '../topology/layer_sites';
import { learningRateOf } from '../tfjs/learning_rate';
import { siteInputs } from '../topology/site_inputs';
import { sourceLayers } from '../topology/source_layers';

/** A setting that is known to hurt ternary training, or a slow layer, and what to do instead. */
export interface Recommendation {
  /** Path of the layer that the advice is about; null for the optimizer and for the backend. */
  readonly path: string | null;
  readonly problem: string;
  readonly remedy: string;
}

/**
 * Learning rates below these rarely move a latent weight across a threshold before training ends: a
 * tenth of what the papers use (1e-3 with Adam).
 */
const LOWEST_RATES: Readonly<Record<string, number>> = {
  Adam: 1e-4,
  Adamax: 1e-4,
  RMSProp: 1e-4,
  SGD: 1e-3,
  Momentum: 1e-3,
};

const NORMS = [
  'RMSNormalization',
  'LayerNorm',
  'LayerNormalization',
  'BatchNorm',
  'BatchNormalization',
];

/**
 * Looks for settings that are known to hurt ternary training: weight decay on a latent kernel, a tiny
 * learning rate, a ternary layer whose input comes from other weights without a normalization between,
 * and a ternary output layer. These are rules of thumb; an empty list is no promise. It also names each
 * normalization of TensorFlow.js that a faster layer can replace, in every model, and, for
 * deployed layers, a backend without packed products.
 *
 * ```js
 * const net = tf.sequential();
 * net.add(bitLinear({units: 8, inputShape: [4], name: 'first'}));
 * net.add(tf.layers.reLU());
 * net.add(bitLinear({units: 8, name: 'second'}));
 * net.add(tf.layers.dense({units: 2}));
 * const [{path, problem, remedy}] = recommend(net, tf.train.adam(1e-3));
 * path; // 'second'
 * ```
 *
 * @param optimizer the optimizer to train with. Default: that of the model, if it is compiled.
 * @throws if `model` is not a LayersModel, or `optimizer` is not an optimizer.
 */
export function recommend(model: LayersModel, optimizer?: Optimizer): Recommendation[] {
  checkModel(model, 'recommend');
  const used = optimizer ?? model.optimizer;
  if (optimizer != null && typeof optimizer.applyGradients !== 'function') {
    throw argumentError('recommend', 'optimizer', 'a tf.train optimizer', optimizer);
  }
  const all = [...layerSites(model)];
  const sites = all.filter(isTrainable);
  return [
    ...(used == null || sites.length === 0 ? [] : learningRateAdvice(used)),
    ...sites.flatMap((site) => [...weightDecayAdvice(site), ...normAdvice(site)]),
    ...headAdvice(model, sites),
    ...all.flatMap(slowNormAdvice),
    ...(all.some(isDeployed) ? backendAdvice() : []),
  ];
}

function isTrainable({ layer }: LayerSite): boolean {
  return isTernaryLayer(layer) && !layer.ternaryKernel.deployed;
}

function isDeployed({ layer }: LayerSite): boolean {
  return isTernaryLayer(layer) && layer.ternaryKernel.deployed;
}

function learningRateAdvice(optimizer: Optimizer): Recommendation[] {
  const name = optimizer.getClassName();
  const [rate, lowest] = [learningRateOf(optimizer), LOWEST_RATES[name]];
  if (rate == null || lowest == null || rate >= lowest) return [];
  const problem = `The learning rate ${rate} of ${name} is too small to move weights between -1, 0 and 1.`;
  const remedy = `Begin with ${10 * lowest} or so, and let learningRateSchedule bring it to zero.`;
  return [{ path: null, problem, remedy }];
}

function weightDecayAdvice({ layer, path }: LayerSite): Recommendation[] {
  if (layer.getConfig()['kernelRegularizer'] == null) return [];
  return [
    {
      path,
      problem: 'kernelRegularizer pulls the latent weights to 0, across their thresholds.',
      remedy: 'Leave kernelRegularizer out.',
    },
  ];
}

function normAdvice(site: LayerSite): Recommendation[] {
  const { nodes, path } = site;
  const inputs = nodes.flatMap((node) => siteInputs(site, node));
  const source = inputs.flatMap(weightedSources).find(isNoNorm);
  if (source == null) return [];
  return [
    {
      path,
      problem: `No normalization between "${source.name}" and this layer: its input drifts in size.`,
      remedy: 'Put rmsNormalization() or layerNormalization() between them.',
    },
  ];
}

function headAdvice(model: LayersModel, sites: LayerSite[]): Recommendation[] {
  const heads = new Set(model.outputs.flatMap(weightedSources).map(outputLayerOf));
  return sites
    .filter(({ layer }) => heads.has(layer))
    .map(({ path }) => ({
      path,
      problem: 'The output layer is ternary: small nets lose accuracy there.',
      remedy: 'Let the last layer be a tf.layers.dense.',
    }));
}

/** What is slow about a normalization of TensorFlow.js, by the class that replaces it, and what makes that class. */
const SLOW_NORMS: Readonly<Record<string, readonly [problem: string, replacement: string]>> = {
  LayerNorm: [
    'tf.layers.layerNormalization is thirteen operations: small nets spend most of their time there.',
    'layerNormalization(), which is one operation',
  ],
  BatchNorm: [
    'tf.layers.batchNormalization takes a root for each value on cpu and wasm: convolutional nets spend much of their time there.',
    'batchNormalization(), which takes one for each channel',
  ],
};

function backendAdvice(): Recommendation[] {
  return getBackend() === webgl.name ? [{ path: null, ...WEBGL_ADVICE }] : [];
}

function slowNormAdvice(site: LayerSite): Recommendation[] {
  const replacement = replacementOf(site);
  if (replacement == null) return [];
  const [problem, instead] = SLOW_NORMS[replacement]!;
  return [{ path: site.path, problem, remedy: `Use ${instead}; convert(model) puts it there.` }];
}

/** The layers with weights, or the input layers, that a tensor comes from. */
function weightedSources(tensor: SymbolicTensor): layers.Layer[] {
  return sourceLayers(tensor, ({ weights }) => weights.length === 0);
}

function isNoNorm(layer: layers.Layer): boolean {
  return layer.weights.length > 0 && !NORMS.includes(layer.getClassName());
}
