import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { vocabularyOf } from './vocabulary';

/** An input or output of a served model. */
export interface TensorSpec {
  readonly name: string;
  readonly dtype: 'float32' | 'int32';
  /** Shape of one row, without the batch; null where any size is allowed. */
  readonly shape: ReadonlyArray<number | null>;
  /** If its values are indices below a number, that number. */
  readonly vocabulary: number | null;
}

/** The inputs and outputs of a model, in its order. */
export interface Signature {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** The rows of each batch, if the model fixes them. */
  readonly batch: number | null;
}

/** @throws if an input or output is not numeric, or inputs fix batches of different sizes. */
export function signatureOf({ name: model, inputs, outputs }: LayersModel): Signature {
  const specOf = (tensor: SymbolicTensor): TensorSpec => {
    const { sourceLayer, dtype, shape } = tensor;
    const { name } = sourceLayer;
    if (dtype !== 'float32' && dtype !== 'int32') {
      throw new Error(`"${name}" of model "${model}" is ${dtype}: only numbers are served.`);
    }
    return { name, dtype, shape: shape.slice(1), vocabulary: vocabularyOf(tensor) };
  };
  const batches = [...new Set(inputs.map(({ shape }) => shape[0]).filter((size) => size != null))];
  if (batches.length > 1) {
    const sizes = batches.join(' and ');
    throw new Error(`The inputs of model "${model}" must have batches of one size, got ${sizes}.`);
  }
  const [batch = null] = batches;
  return { inputs: named(inputs.map(specOf)), outputs: named(outputs.map(specOf)), batch };
}

/** Tensors have the names of their layers; a layer's second one gets "_1", as in Keras. */
function named(specs: TensorSpec[]): TensorSpec[] {
  return specs.map((spec, i) => {
    const earlier = specs.slice(0, i).filter(({ name }) => name === spec.name).length;
    return earlier === 0 ? spec : { ...spec, name: `${spec.name}_${earlier}` };
  });
}

/** Whether rows of a shape fit one that may leave sizes open. */
export function fitsShape(row: readonly number[], shape: TensorSpec['shape']): boolean {
  return row.length === shape.length && row.every((size, i) => (shape[i] ?? size) === size);
}
