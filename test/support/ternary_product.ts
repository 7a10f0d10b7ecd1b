import * as tf from '@tensorflow/tfjs';
import { unpackTernary } from '../../src';
import { createKernel } from '../../src/layers/ternary/create_kernel';
import type { LatentKernel } from '../../src/layers/ternary/latent_kernel';
import type { PackedKernel } from '../../src/layers/ternary/packed_kernel';
import type { TernaryProducts } from '../../src/layers/ternary/products';
import type { TernaryLayer } from '../../src/layers/ternary/ternary_layer';
import type { InputQuantizerName } from '../../src/quantizers/input/registry';
import type { KernelQuantizerConfig } from '../../src/quantizers/kernel/config';

type Config = NonNullable<ConstructorParameters<typeof tf.layers.Layer>[0]> & {
  kernelQuantizer?: string | KernelQuantizerConfig;
  blend?: number;
  deployed?: boolean;
  perOutput?: boolean;
};

/** A column [in, 1] as a row, so that it spreads over the rows of x. */
function asRow(column: tf.Tensor): tf.Tensor {
  return tf.reshape(column, [1, -1]);
}

const elementwise: TernaryProducts = {
  trained: ({ x }, { ternary, scale }) => tf.mul(tf.mul(x, asRow(ternary)), scale),
  blended: ({ x, kernel, blend, quantized }) => {
    const { ternary, scale } = quantized();
    const mixed = tf.add(tf.mul(kernel, 1 - blend), tf.mul(tf.mul(ternary, scale), blend));
    return tf.mul(x, asRow(mixed));
  },
  packed: ({ x, packed, scale }) =>
    tf.mul(tf.mul(x, asRow(unpackTernary(packed, x.shape[x.rank - 1]))), scale),
};

/**
 * A second ternary layer, for tests: the elementwise product with a ternary vector. It shares no class
 * with BitLinear, has a trainable weight beside its kernel (an offset for each input), and gives the
 * kernel another shape than a matrix.
 */
export class TernaryProduct extends tf.layers.Layer implements TernaryLayer {
  static readonly className: string = 'TernaryProduct';
  readonly ternaryKernel: LatentKernel | PackedKernel;
  readonly kernelQuantizer: KernelQuantizerConfig;
  readonly inputQuantizer: InputQuantizerName = 'none';
  readonly eps = 1e-5;

  constructor(config: Config) {
    super(config);
    const { kernelQuantizer = 'bitnet', blend = 1, deployed = false, perOutput = false } = config;
    const label = `TernaryProduct layer "${this.name}"`;
    const { inputQuantizer, eps } = this;
    const options = { label, products: elementwise, inputQuantizer, eps };
    const created = createKernel({ kernelQuantizer, blend, deployed, perOutput }, options, label);
    this.ternaryKernel = created.kernel;
    this.kernelQuantizer = created.kernelQuantizer;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const features = (inputShape as number[])[inputShape.length - 1];
    const zeros = tf.initializers.zeros();
    const { ternaryKernel: kernel } = this;
    const add = (name: string, shape: tf.Shape, dtype: 'float32' | 'int32', trainable: boolean) =>
      this.addWeight(name, shape, dtype, zeros, undefined, trainable);
    if (kernel.deployed) {
      kernel.build([features, 1], add);
    } else {
      const uniform = tf.initializers.randomUniform({ minval: -1, maxval: 1, seed: 7 });
      kernel.build(this.addWeight('vector', [1, features, 1], 'float32', uniform), add);
    }
    this.addWeight('offset', [features], 'float32', zeros, undefined, !kernel.deployed);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: object): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = Array.isArray(inputs) ? inputs[0] : inputs;
      const offset = this.weights.find(({ originalName }) => originalName.endsWith('offset'))!;
      const linear = { apply: (y: tf.Tensor) => y, getClassName: () => 'linear' };
      return tf.add(this.ternaryKernel.forward(x, undefined, linear), offset.read());
    });
  }

  protected override disposeWeights(): number {
    this.ternaryKernel.release();
    return super.disposeWeights();
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { kernelQuantizer } = this;
    const config = { ...super.getConfig(), kernelQuantizer: { ...kernelQuantizer } };
    return { ...config, ...this.ternaryKernel.getConfig() };
  }
}

tf.serialization.registerClass(TernaryProduct);
