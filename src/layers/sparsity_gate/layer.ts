import { serialization, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { asFloat32 } from '../../ops/as_float32';
import { gate, type GateScope } from '../../ops/sparsity_gate';
import { firstShape } from '../../tfjs/layer_nodes';
import { savedConfig } from '../../tfjs/saved_config';
import { labelOf } from '../layer_label';
import { readLayerOptions } from '../layer_options';
import { checkSparsity, SPARSITY_GATE_OPTIONS, type SparsityGateOptions } from './options';

/**
 * The layer of `sparsityGate`, which explains what it computes. It has no weights.
 *
 * Input: float32 (other types are cast to it), rank 2 or more, [batch, ..., width]. Output: float32 of the same shape.
 */
export class SparsityGate extends layers.Layer {
  /** @nocollapse */
  static readonly className: string = 'SparsityGate';

  readonly scope: GateScope;
  private share: number;
  /**
   * The sparsity in steps of training, where it differs from the other one: `sparsitySchedule` draws it.
   * @internal
   */
  drawnSparsity: number | undefined;

  /** @throws if an option is unknown or wrong. */
  constructor(args: SparsityGateOptions = {}) {
    const options = readLayerOptions<SparsityGateOptions, typeof SPARSITY_GATE_OPTIONS>(
      SparsityGate,
      new.target,
      args,
      SPARSITY_GATE_OPTIONS,
    );
    super(options);
    this.scope = options.scope;
    this.share = options.sparsity;
    this.supportsMasking = true;
  }

  private get label(): string {
    return labelOf('SparsityGate', this.name);
  }

  /** The share of entries that become 0; setting it has effect from the next call on. */
  get sparsity(): number {
    return this.share;
  }

  /** @throws if it is not a number of at least 0 and below 1. */
  set sparsity(sparsity: number) {
    checkSparsity(sparsity, this.label);
    this.share = sparsity;
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = firstShape(inputShape);
    if (shape.length < 2) {
      throw argumentError(this.label, 'input', 'of rank 2 or more, [batch, ..., width]', shape);
    }
    this.inputSpec = [{ minNDim: 2 }];
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Parameters<layers.Layer['call']>[1]): Tensor {
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const input = Array.isArray(inputs) ? inputs[0]! : inputs;
      const drawn = kwargs['training'] === true ? this.drawnSparsity : undefined;
      return gate(asFloat32(input), drawn ?? this.share, this.scope);
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return firstShape(inputShape);
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), sparsity: this.share, scope: this.scope };
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(savedConfig(config));
  }
}

serialization.registerClass(SparsityGate);
