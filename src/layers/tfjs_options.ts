import type { layers } from '@tensorflow/tfjs-layers';
import { oneOf, positiveInteger, type Check } from '../options/check';
import type { OptionTable } from '../options/option_table';
import type { Conv2DArgs } from '../tfjs/conv2d';
import type { DenseArgs } from '../tfjs/dense';

/** The options that every layer of TensorFlow.js takes. */
export type LayerOptions = NonNullable<ConstructorParameters<typeof layers.Layer>[0]>;

/** tfjs accepts null for an option that is left out. */
export function orNull({ expected, holds }: Check): Check {
  return { expected: `${expected}, or null`, holds: (value) => value === null || holds(value) };
}

const STRING: Check = orNull({ expected: 'a string', holds: (v) => typeof v === 'string' });
export const BOOLEAN: Check = orNull({
  expected: 'true or false',
  holds: (v) => typeof v === 'boolean',
});
const SHAPE: Check = orNull({
  expected: 'a list of sizes (null where a size is open)',
  holds: (v) => Array.isArray(v) && v.every((size) => size == null || Number.isInteger(size)),
});
const LIST: Check = orNull({ expected: 'a list', holds: Array.isArray });
/** A name, or an object of tfjs: tfjs itself refuses the names that it does not know. */
export const IDENTIFIER: Check = orNull({
  expected: 'a name or an object',
  holds: (value) => typeof value === 'string' || typeof value === 'object',
});
const NO_CONSTRAINT: Check = {
  expected: 'null (tfjs does not apply constraints in fit, so none would be kept)',
  holds: (value) => value == null,
};

export const LAYER_OPTIONS = {
  name: STRING,
  inputShape: SHAPE,
  batchInputShape: SHAPE,
  batchSize: orNull(positiveInteger),
  dtype: STRING,
  trainable: BOOLEAN,
  weights: LIST,
  inputDType: STRING,
} as const satisfies OptionTable<LayerOptions>;

/** The options that Dense and Conv2D share. */
const KERNEL_LAYER_OPTIONS = {
  activation: IDENTIFIER,
  useBias: BOOLEAN,
  kernelInitializer: IDENTIFIER,
  biasInitializer: IDENTIFIER,
  kernelConstraint: NO_CONSTRAINT,
  biasConstraint: NO_CONSTRAINT,
  kernelRegularizer: IDENTIFIER,
  biasRegularizer: IDENTIFIER,
  activityRegularizer: IDENTIFIER,
  ...LAYER_OPTIONS,
} as const;

export const DENSE_OPTIONS = {
  units: { ...positiveInteger, required: true },
  inputDim: orNull(positiveInteger),
  ...KERNEL_LAYER_OPTIONS,
} as const satisfies OptionTable<DenseArgs>;

const PAIR: Check = {
  expected: 'a positive integer, or a list of two',
  holds: (value) =>
    positiveInteger.holds(value) ||
    (Array.isArray(value) && value.length === 2 && value.every(positiveInteger.holds)),
};

export const CONV2D_OPTIONS = {
  filters: { ...positiveInteger, required: true },
  kernelSize: { ...PAIR, required: true },
  strides: orNull(PAIR),
  padding: orNull(oneOf(['valid', 'same'])),
  dataFormat: orNull({
    expected: "'channelsLast' (transpose images whose channels come first)",
    holds: (value) => value === 'channelsLast',
  }),
  dilationRate: orNull(PAIR),
  ...KERNEL_LAYER_OPTIONS,
} as const satisfies OptionTable<Conv2DArgs>;
