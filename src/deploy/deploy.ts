import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { BitLinear, PackedKernel } from '../layers/bit_linear';
import { LAYOUT, packedShape } from '../packing/int2';
import { bitLinearSites } from '../topology/bit_linear_sites';
import { checkModel } from '../topology/check_model';
import { checkPaths, findSharedAcrossPaths } from '../topology/check_paths';
import { rebuild, type LayerChange } from '../topology/rebuild';

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
 * and outside a wrapper or nested model, two layers have one path, a `blend` is below 1, or a kernel
 * holds NaN or infinity.
 */
export function deploy<Model extends LayersModel>(model: Model): Model {
  checkModel(model, 'deploy');
  checkPaths(model, 'deploy');
  return rebuild(model, packKernels(model));
}

function packKernels(model: LayersModel): Map<string, LayerChange> {
  const sites = bitLinearSites(model);
  if (sites.length === 0) {
    throw new Error(
      `deploy: model "${model.name}" has no BitLinear layer to pack; convert(model) makes Dense layers BitLinear.`,
    );
  }
  const shared = findSharedAcrossPaths(sites);
  if (shared != null) {
    throw new Error(
      `deploy: the layers "${shared[0]}" and "${shared[1]}" of model "${model.name}" are one BitLinear, ` +
        'which a saved model cannot express. Use the layer, or the model around it, at one place.',
    );
  }
  const trainable = sites.filter(({ layer }) => !layer.deployed);
  return new Map(trainable.map(({ layer, path }) => [path, packed(layer, layer.packKernel())]));
}

function packed({ bias, units, inFeatures }: BitLinear, kernel: PackedKernel): LayerChange {
  const { words, scale } = kernel;
  return {
    config: { deployed: true, layout: LAYOUT, perOutputScale: scale.length > 1 },
    setWeights(target) {
      const tensor = tensor2d(words, packedShape(inFeatures!, units), 'int32');
      target.setWeights([tensor, tensor1d(scale), ...(bias == null ? [] : [bias.read()])]);
    },
  };
}
