import { tensor1d, tensor2d, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LatentKernel } from '../layers/ternary/latent_kernel';
import { deployedConfig, type PackedWeights } from '../layers/ternary/packed_weights';
import { otherWeights } from '../layers/ternary/ternary_layer';
import { anyBoolean } from '../options/check';
import { readOptions, type OptionTable } from '../options/option_table';
import { packedShape } from '../packing/int2';
import { checkModel } from '../topology/check_model';
import { checkPaths, findSharedAcrossPaths } from '../topology/check_paths';
import { rebuild, type LayerChange } from '../topology/rebuild';
import { ternarySites } from '../topology/ternary_sites';
import { foldedWeights, foldsOf, type Fold } from './fold';

export interface DeployOptions {
  /**
   * Whether a batch normalization directly behind a ternary layer becomes part of it: its factors go into the scales of
   * the layer, and the rest into its bias. The outputs of the layer then differ from those of the normalization by
   * rounding, up to 1e-6 of the largest where its inputs have the moving statistics; `verify` tells which layers. A layer whose output others take too, that has an
   * activation, or whose mean is far larger than its outputs keeps its normalization. Default: false.
   */
  fold?: boolean;
}

export const DEPLOY_OPTIONS = {
  fold: { ...anyBoolean, default: false },
} as const satisfies OptionTable<DeployOptions>;

/**
 * A new model in which every ternary layer is packed. The source does not change, and stays trainable.
 *
 * Names, topology (shared layers, nested models, several inputs and outputs), biases, activations and
 * all other weights are those of the source; with `fold`, an activation "linear" takes the place and the name of
 * each batch normalization that is folded. The new model is not compiled, and its stateful recurrent layers start
 * from zero states. Its other layers can be trained further, including those below a deployed layer.
 *
 * ```js
 * const deployed = deploy(model);
 * await deployed.save('downloads://tiny');
 * ```
 *
 * @throws if `model` is not a LayersModel, an option is wrong, the model has no ternary layer to pack, or uses one
 * both inside and outside a wrapper or nested model; if two layers have one path, a `blend` is below 1, or a kernel
 * holds NaN or infinity.
 */
export function deploy<Model extends LayersModel>(
  model: Model,
  options: DeployOptions = {},
): Model {
  checkModel(model, 'deploy');
  const { fold } = readOptions<DeployOptions, typeof DEPLOY_OPTIONS>(
    'deploy',
    options,
    DEPLOY_OPTIONS,
  );
  checkPaths(model, 'deploy');
  return rebuild(model, packKernels(model, fold));
}

function packKernels(model: LayersModel, fold: boolean): Map<string, LayerChange> {
  const sites = ternarySites(model);
  if (sites.length === 0) {
    throw new Error(
      `deploy: model "${model.name}" has no ternary layer to pack; convert(model) makes Dense layers ternary.`,
    );
  }
  const shared = findSharedAcrossPaths(sites);
  if (shared != null) {
    throw new Error(
      `deploy: the layers "${shared[0]}" and "${shared[1]}" of model "${model.name}" are one ternary layer, ` +
        'which a saved model cannot express. Use the layer, or the model around it, at one place.',
    );
  }
  const folds = new Map((fold ? foldsOf(model) : []).map((each) => [each.path, each]));
  const changes = sites.flatMap(({ layer, path }): Array<[string, LayerChange]> => {
    const { ternaryKernel: kernel } = layer;
    if (kernel.deployed) return [];
    const folded = folds.get(path);
    if (folded != null) return foldedForms(folded, kernel);
    return [[path, packedForm(kernel, kernel.pack(), () => otherWeights(layer))]];
  });
  return new Map(changes);
}

/** Those of a layer and of the normalization behind it. */
function foldedForms(fold: Fold, kernel: LatentKernel): Array<[string, LayerChange]> {
  const { bias, ...weights } = foldedWeights(fold, kernel.pack());
  const { config, setWeights } = packedForm(kernel, weights, () => [tensor1d(bias)]);
  const normalization: LayerChange = {
    className: 'Activation',
    config: { activation: 'linear' },
    setWeights() {},
  };
  return [
    [fold.path, { config: { ...config, ...deployedConfig(true), useBias: true }, setWeights }],
    [fold.normalizationPath, normalization],
  ];
}

/** @param others makes the weights behind those of the kernel. */
function packedForm(
  kernel: LatentKernel,
  { packed, scale }: PackedWeights,
  others: () => Tensor[],
): Required<Pick<LayerChange, 'config' | 'setWeights'>> {
  return {
    config: { ...deployedConfig(scale.length > 1) },
    setWeights(target) {
      const words = tensor2d(packed, packedShape(...kernel.matrixShape), 'int32');
      target.setWeights([words, tensor1d(scale), ...others()]);
    },
  };
}
