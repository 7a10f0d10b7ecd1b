import { serialization, type Tensor } from '@tensorflow/tfjs-core';
import { gelu } from '../ops/gelu';
import { oneOf } from '../options/check';
import type { OptionTable } from '../options/option_table';
import { savedConfig } from '../tfjs/saved_config';
import { readLayerOptions } from './layer_options';
import { SameShapeLayer } from './same_shape_layer';
import { LAYER_OPTIONS, type LayerOptions } from './tfjs_options';

export interface GELUOptions extends LayerOptions {
  /** Which of the two formulas of the op `gelu`. Default: `'erf'`. */
  form?: 'erf' | 'tanh';
}

export const GELU_OPTIONS = {
  form: { ...oneOf(['erf', 'tanh']), default: 'erf' },
  ...LAYER_OPTIONS,
} as const satisfies OptionTable<GELUOptions>;

/**
 * The op `gelu` as a layer: the Gaussian error linear unit (arXiv 1606.08415), one operation on cpu, wasm and
 * tensorflow, where equal inputs give equal outputs. The name is the one that Keras uses.
 *
 * It has no weights. Input: float32 (other types are cast to it) of any shape. Output: float32 of the same shape.
 */
export class GELU extends SameShapeLayer {
  /** @nocollapse */
  static readonly className: string = 'GELU';

  readonly form: 'erf' | 'tanh';

  /** @throws if an option is unknown, or `form` is none of the two. */
  constructor(args: GELUOptions = {}) {
    const options = readLayerOptions<GELUOptions, typeof GELU_OPTIONS>(
      GELU,
      new.target,
      args,
      GELU_OPTIONS,
    );
    super(options);
    this.form = options.form;
  }

  protected override compute(x: Tensor): Tensor {
    return gelu(x, this.form);
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), form: this.form };
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(savedConfig(config));
  }
}

serialization.registerClass(GELU);

/**
 * The Gaussian error linear unit as a layer: the activation between the two linear layers of a transformer's block.
 * See the op `gelu` for its formulas and exactness.
 *
 * ```js
 * const net = tf.sequential();
 * net.add(bitLinear({units: 64, inputShape: [16]}));
 * net.add(geluLayer());
 * net.add(bitLinear({units: 16}));
 * net.layers[1] instanceof GELU; // true
 * ```
 *
 * @throws if an option is unknown, or `form` is none of the two.
 */
export function geluLayer(options: GELUOptions = {}): GELU {
  return new GELU(options);
}
