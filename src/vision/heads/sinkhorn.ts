import {
  add,
  concat,
  exp,
  expandDims,
  fill,
  logSumExp,
  mul,
  ones,
  serialization,
  slice,
  sub,
  tensor1d,
  tidy,
  transpose,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { initializers, layers, type LayerVariable, type Shape } from '@tensorflow/tfjs-layers';
import { firstShape } from '../../tfjs/layer_nodes';
import { savedConfig } from '../../tfjs/saved_config';

/**
 * The logarithms of the shares in which patches go to clusters and to a dustbin, by Sinkhorn's iterations (arXiv
 * 1306.0895). Each patch gives 1 / (patches + clusters), each cluster takes as much, and the dustbin takes the rest;
 * the shares are then divided by that amount.
 *
 * @param scores [batch, clusters, patches], with more patches than clusters.
 * @param dustbin the score [1] of every patch for the dustbin.
 * @returns [batch, clusters + 1, patches]: the dustbin comes last.
 */
export function sinkhornLogs(scores: Tensor, dustbin: Tensor, iterations: number): Tensor {
  const [batch, clusters, patches] = scores.shape as [number, number, number];
  const amount = -Math.log(patches + clusters);
  const taken = tensor1d([
    ...Array.from({ length: clusters }, () => amount),
    amount + Math.log(patches - clusters),
  ]);
  const given = fill([patches], amount);
  const all = concat([scores, mul(ones([batch, 1, patches]), dustbin)], 1);
  const byCluster = (logs: Tensor) => add(all, expandDims(logs, 2));
  const byPatch = (logs: Tensor) => add(all, expandDims(logs, 1));
  let ofPatches: Tensor = fill([batch, patches], 0);
  let ofClusters: Tensor = fill([batch, clusters + 1], 0);
  for (let i = 0; i < iterations; i++) {
    ofClusters = sub(taken, logSumExp(byPatch(ofPatches), 2));
    ofPatches = sub(given, logSumExp(byCluster(ofClusters), 1));
  }
  return sub(add(byCluster(ofClusters), expandDims(ofPatches, 1)), amount);
}

/** Scores [batch, patches, clusters] to the shares of the patches in the clusters [batch, clusters, patches]. */
export class Sinkhorn extends layers.Layer {
  /** @nocollapse */
  static readonly className: string = 'Sinkhorn';

  private readonly iterations: number;
  private dustbin: LayerVariable | undefined;

  constructor(config: { name: string; iterations: number }) {
    super(config);
    this.iterations = config.iterations;
  }

  override build(): void {
    this.dustbin = this.addWeight('dustbin', [1], 'float32', initializers.ones());
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Parameters<layers.Layer['call']>[1]): Tensor {
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const scores = transpose(Array.isArray(inputs) ? inputs[0]! : inputs, [0, 2, 1]);
      const logs = sinkhornLogs(scores, this.dustbin!.read(), this.iterations);
      return exp(slice(logs, [0, 0, 0], scores.shape));
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch, patches, clusters] = firstShape(inputShape);
    return [batch!, clusters!, patches!];
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), iterations: this.iterations };
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(savedConfig(config));
  }
}

serialization.registerClass(Sinkhorn);
