import { tensor1d, tensor2d, type Tensor } from '@tensorflow/tfjs-core';
import { argumentError } from '../../errors';
import { nonEmptyString, positiveInteger, type Check } from '../../options/check';
import { readOptions, type OptionTable } from '../../options/option_table';
import { checkCodes, packedShape } from '../../packing/int2';
import { EPS, INPUT_QUANTIZER } from '../../quantizers/options';
import { checkScales, deployedConfig, type PackedWeights } from '../ternary/packed_weights';
import { DENSE_OPTIONS, LAYER_OPTIONS, type LayerOptions } from '../tfjs_options';
import { BIT_LINEAR_OPTIONS, type BitLinearConfig, type BitLinearOptions } from './options';

/** Packed weights, and the options of a BitLinear layer that they do not decide. */
export interface FromPackedOptions
  extends
    Omit<LayerOptions, 'weights'>,
    Pick<BitLinearOptions, 'activation' | 'inputQuantizer' | 'eps' | 'skipZeroBlocks'> {
  /** Words of the layout `int2`, as `packTernary` or `packKernel` makes them: units * words per output. */
  readonly packed: Int32Array;
  /** One finite, positive scale, or one for each output. */
  readonly scale: ArrayLike<number>;
  /** One number for each output. Default: the layer has no bias. */
  readonly bias?: ArrayLike<number>;
  /** Inputs per output, which the padded words do not show. */
  readonly inFeatures: number;
  /** Outputs. */
  readonly units: number;
  /** The rule that made the weights ternary, for information. Default: `'unknown'`. */
  readonly kernelQuantizer?: string;
}

const NUMBERS: Check = {
  expected: 'a list of numbers that are finite in float32',
  holds: (value) => (Array.isArray(value) || ArrayBuffer.isView(value)) && isFinite(value),
};

const { weights: _weights, ...layerOptions } = LAYER_OPTIONS;

export const FROM_PACKED_OPTIONS = {
  ...layerOptions,
  activation: DENSE_OPTIONS.activation,
  inputQuantizer: INPUT_QUANTIZER,
  eps: EPS,
  skipZeroBlocks: BIT_LINEAR_OPTIONS.skipZeroBlocks,
  packed: {
    expected: 'an Int32Array',
    holds: (value) => value instanceof Int32Array,
    required: true,
  },
  scale: { ...NUMBERS, required: true },
  bias: NUMBERS,
  inFeatures: { ...positiveInteger, required: true },
  units: { ...positiveInteger, required: true },
  kernelQuantizer: { ...nonEmptyString, default: 'unknown' },
} as const satisfies OptionTable<FromPackedOptions>;

interface PackedLayer {
  readonly config: BitLinearConfig;
  readonly inFeatures: number;
  readonly weights: PackedWeights;
  readonly bias: Float32Array | undefined;
}

/** @throws an error that names the option that is unknown, wrong or missing. */
export function readPackedOptions(options: FromPackedOptions): PackedLayer {
  const where = 'BitLinear.fromPacked';
  const read = readOptions<FromPackedOptions, typeof FROM_PACKED_OPTIONS>(
    where,
    options,
    FROM_PACKED_OPTIONS,
  );
  const { packed, scale, bias, inFeatures, units, ...config } = read;
  const check = (holds: boolean, option: string, expected: string, actual: unknown) => {
    if (!holds) throw argumentError(where, option, expected, actual);
  };
  const [rows, wordsPerRow] = packedShape(inFeatures, units);
  const words = `of ${rows * wordsPerRow} words for ${inFeatures} inputs and ${units} units`;
  check(packed.length === rows * wordsPerRow, 'packed', words, packed.length);
  checkCodes(packed, where);
  const isOfLength = scale.length === 1 || scale.length === units;
  check(isOfLength, 'scale', `of length 1 or ${units}`, scale.length);
  const scales = Float32Array.from(scale);
  checkScales(scales, where);
  check(bias == null || bias.length === units, 'bias', `of length ${units}`, bias?.length);
  return {
    config: {
      ...config,
      units,
      useBias: bias != null,
      ...deployedConfig(scale.length > 1),
    },
    inFeatures,
    weights: { packed, scale: scales },
    bias: bias && Float32Array.from(bias),
  };
}

/** The weights of the layer, in its order. */
export function packedTensors({ config, inFeatures, weights, bias }: PackedLayer): Tensor[] {
  const words = tensor2d(weights.packed, packedShape(inFeatures, config.units), 'int32');
  return [words, tensor1d(weights.scale), ...(bias == null ? [] : [tensor1d(bias)])];
}

function isFinite(values: unknown): boolean {
  const numbers = Array.from(values as ArrayLike<unknown>);
  return numbers.every((value) => typeof value === 'number' && Number.isFinite(Math.fround(value)));
}
