import { tensor1d, tensor2d, tidy, type serialization } from '@tensorflow/tfjs-core';
import { LayersModel, type layers } from '@tensorflow/tfjs-layers';
import { BitLinear, type PackedKernel } from '../layers/bit_linear';
import { LAYOUT, packedShape } from '../packing/int2';
import {
  bitLinearSites,
  checkModel,
  findSharedAcrossPaths,
  layerSites,
  rewriteLayerConfigs,
} from './layer_tree';

/**
 * A new model in which every BitLinear is packed. The source stays as it is, and trainable.
 *
 * Names, topology (shared layers, nested models, several inputs and outputs), biases, activations and
 * all other weights are those of the source. The new model is not compiled. Layers that are not
 * BitLinear can be trained further, those below a deployed one too.
 *
 * ```js
 * const deployed = deploy(model);
 * await deployed.save('downloads://tiny');
 * ```
 *
 * @throws if `model` is not a LayersModel, has no BitLinear to pack, uses one BitLinear both inside
 * and outside a wrapper or nested model, or a kernel holds NaN or infinity.
 */
export function deploy<Model extends LayersModel>(model: Model): Model {
  checkModel(model, 'deploy');
  const packed = packKernels(model);
  const deployed = rebuild(model, packed) as Model;
  copyWeights(model, deployed, packed);
  const metadata = model.getUserDefinedMetadata();
  if (metadata != null) deployed.setUserDefinedMetadata(metadata);
  freezeAlike(model, deployed);
  return deployed;
}

function packKernels(model: LayersModel): Map<string, PackedKernel> {
  const sites = bitLinearSites(model);
  if (sites.length === 0) {
    throw new Error(`deploy: model "${model.name}" has no BitLinear layer to pack.`);
  }
  const shared = findSharedAcrossPaths(sites);
  if (shared != null) {
    throw new Error(
      `deploy: the layers "${shared[0]}" and "${shared[1]}" of model "${model.name}" are one BitLinear, ` +
        'which a saved model cannot express. Use the layer, or the model around it, at one place.',
    );
  }
  const trainable = sites.filter(({ layer }) => !layer.deployed);
  return new Map(trainable.map(({ layer, path }) => [path, layer.packKernel()]));
}

function rebuild(model: LayersModel, packed: Map<string, PackedKernel>): LayersModel {
  const config = rewriteLayerConfigs(model.getConfig(), (entry, path) => {
    const kernel = packed.get(path);
    if (kernel == null) return entry;
    const perOutputScale = kernel.scale.length > 1;
    const deployed = { deployed: true, layout: LAYOUT, perOutputScale };
    return { ...entry, config: { ...entry.config, ...deployed } };
  });
  // fromConfig changes its argument, and getConfig may have handed out parts of the model itself.
  const ownConfig = structuredClone(config);
  const modelClass = model.constructor as serialization.SerializableConstructor<LayersModel>;
  return (modelClass as unknown as typeof LayersModel).fromConfig(modelClass, ownConfig);
}

function copyWeights(
  source: LayersModel,
  target: LayersModel,
  packed: Map<string, PackedKernel>,
): void {
  const targets = new Map([...layerSites(target)].map(({ layer, path }) => [path, layer]));
  tidy(() => {
    for (const { layer, path } of layerSites(source)) {
      const kernel = packed.get(path);
      const values =
        kernel == null ? layer.weights.map((w) => w.read()) : deployedWeights(layer, kernel);
      targets.get(path)!.setWeights(values);
    }
  });
}

function deployedWeights(layer: layers.Layer, { words, scale }: PackedKernel) {
  const { bias, units, inFeatures } = layer as BitLinear;
  const packed = tensor2d(words, packedShape(inFeatures!, units), 'int32');
  return [packed, tensor1d(scale), ...(bias == null ? [] : [bias.read()])];
}

/** A model's own `trainable` is not in its config. */
function freezeAlike(source: LayersModel, target: LayersModel): void {
  for (const layer of source.layers) {
    if (layer instanceof LayersModel) {
      freezeAlike(layer, target.getLayer(layer.name) as LayersModel);
    }
  }
  if (!source.trainable) target.trainable = false;
}
