import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs';

/** An input or output of a served model. */
export interface TensorSpec {
  readonly name: string;
  readonly dtype: 'float32' | 'int32';
  /** Shape of one row, without the batch; null where any size is allowed. */
  readonly shape: ReadonlyArray<number | null>;
}

/** The inputs and outputs of a model, in its order. */
export interface Signature {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/** @throws if an input or output is not numeric. */
export function signatureOf({ name: model, inputs, outputs }: LayersModel): Signature {
  const specOf = ({ sourceLayer: { name }, dtype, shape }: SymbolicTensor): TensorSpec => {
    if (dtype !== 'float32' && dtype !== 'int32') {
      throw new Error(`"${name}" of model "${model}" is ${dtype}: only numbers are served.`);
    }
    return { name, dtype, shape: shape.slice(1) };
  };
  return { inputs: named(inputs.map(specOf)), outputs: named(outputs.map(specOf)) };
}

/** Tensors have the names of their layers; a layer's second one gets "_1", as in Keras. */
function named(specs: TensorSpec[]): TensorSpec[] {
  return specs.map((spec, i) => {
    const earlier = specs.slice(0, i).filter(({ name }) => name === spec.name).length;
    return earlier === 0 ? spec : { ...spec, name: `${spec.name}_${earlier}` };
  });
}

/** "float32 [batch, 784]". */
export function describe({ dtype, shape }: TensorSpec): string {
  return `${dtype} [${['batch', ...shape.map((size) => size ?? 'any')].join(', ')}]`;
}
