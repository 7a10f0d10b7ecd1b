import { argumentError } from '../../errors';
import { SPARSITY_GATE_OPTIONS } from '../../layers/sparsity_gate/options';
import type { GateScope } from '../../ops/sparsity_gate';
import { anyBoolean, oneOf, positiveInteger, type Check } from '../../options/check';
import { readOptions, type OptionTable } from '../../options/option_table';
import type { InputQuantizerName } from '../../quantizers/input/registry';
import type { KernelQuantizerConfig } from '../../quantizers/kernel/config';
import { createQuantizer } from '../../quantizers/kernel/registry';
import { QUANTIZATION_OPTIONS } from '../../quantizers/options';
import { STYLES, type TransformerStyle } from './styles';

/** The options of `sparsityGate` that all gates of a net share. */
export interface TransformerGateOptions {
  /** The share of entries that become 0, at least 0 and below 1; `setSparsity` changes it later. Default: 0. */
  sparsity?: number;
  /** What is ranked. Default: `'token'`. */
  scope?: GateScope;
}

export interface VisionTransformerOptions {
  /** Height and width of the images in pixels: a number if both are equal, else [height, width]. */
  imageSize: number | readonly [number, number];
  /** Channels of the images. Default: 3. */
  channels?: number;
  /** Height and width of a patch in pixels. It divides those of the image. */
  patchSize: number;
  /** Features of a token. */
  width: number;
  /** Blocks of attention and MLP. */
  depth: number;
  /** Heads of the attention. */
  numHeads: number;
  /** Features of a head. Default: width / numHeads. */
  headDim?: number;
  /** Hidden features of the MLP. Default: 4 * width. */
  mlpWidth?: number;
  /**
   * Share of values that training drops after the layers of attention and MLP, and after the GELU. Weights of the
   * attention are not dropped. Default: 0.
   */
  dropout?: number;
  /** Share of values that training drops in the tokens before the first block. Default: 0. */
  embeddingDropout?: number;
  /** The original whose net it is: TeTRA-VPR or TAT-VPR. Default: `'tetra'`. */
  style?: TransformerStyle;
  /** The rule that makes the kernels ternary, as in `bitLinear`. Default: that of the original. */
  kernelQuantizer?: string | KernelQuantizerConfig;
  /** As in `bitLinear`. Default: that of the original, `'int8'` for TeTRA-VPR and `'none'` for TAT-VPR. */
  inputQuantizer?: InputQuantizerName;
  /** A sparsity gate before each ternary layer, as TAT-VPR has, is "NAME_gate" of the layer. Default: no gates. */
  gate?: TransformerGateOptions;
  /** Whether layers are ternary; false makes the same net of `tf.layers.dense`, to compare with. Default: true. */
  ternary?: boolean;
}

const IMAGE_SIZE: Check = {
  expected: 'a positive integer, or [height, width] of them',
  holds: (value) =>
    positiveInteger.holds(value) ||
    (Array.isArray(value) && value.length === 2 && value.every(positiveInteger.holds)),
};

export const TRANSFORMER_GATE_OPTIONS = {
  sparsity: SPARSITY_GATE_OPTIONS.sparsity,
  scope: SPARSITY_GATE_OPTIONS.scope,
} as const satisfies OptionTable<TransformerGateOptions>;

const GATE: Check = {
  expected: `an object {${Object.keys(TRANSFORMER_GATE_OPTIONS).join(', ')}}`,
  holds: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

const RATE: Check = {
  expected: 'a number from 0 to below 1',
  holds: (value) => typeof value === 'number' && value >= 0 && value < 1,
};

export const VISION_TRANSFORMER_OPTIONS = {
  imageSize: { ...IMAGE_SIZE, required: true },
  channels: { ...positiveInteger, default: 3 },
  patchSize: { ...positiveInteger, required: true },
  width: { ...positiveInteger, required: true },
  depth: { ...positiveInteger, required: true },
  numHeads: { ...positiveInteger, required: true },
  headDim: positiveInteger,
  mlpWidth: positiveInteger,
  dropout: { ...RATE, default: 0 },
  embeddingDropout: { ...RATE, default: 0 },
  style: { ...oneOf(Object.keys(STYLES)), default: 'tetra' },
  kernelQuantizer: withoutDefault(QUANTIZATION_OPTIONS.kernelQuantizer),
  inputQuantizer: withoutDefault(QUANTIZATION_OPTIONS.inputQuantizer),
  gate: GATE,
  ternary: { ...anyBoolean, default: true },
} as const satisfies OptionTable<VisionTransformerOptions>;

/** All that the layers need to know. */
export interface TransformerSettings {
  readonly height: number;
  readonly imageWidth: number;
  readonly channels: number;
  readonly patchSize: number;
  readonly width: number;
  readonly depth: number;
  readonly numHeads: number;
  readonly headDim: number;
  readonly mlpWidth: number;
  readonly dropout: number;
  readonly embeddingDropout: number;
  readonly style: TransformerStyle;
  readonly kernelQuantizer: string | KernelQuantizerConfig;
  readonly inputQuantizer: InputQuantizerName;
  readonly gate: Required<TransformerGateOptions> | undefined;
  readonly ternary: boolean;
}

/** @throws an error that names `where` and the option that is unknown or wrong, or does not fit the others. */
export function readTransformerOptions(
  where: string,
  options: VisionTransformerOptions,
): TransformerSettings {
  const read = readOptions(where, options, VISION_TRANSFORMER_OPTIONS);
  const { imageSize, width, numHeads, style } = read;
  const [height, imageWidth] = typeof imageSize === 'number' ? [imageSize, imageSize] : imageSize;
  const settings = {
    ...read,
    height,
    imageWidth,
    headDim: read.headDim ?? width / numHeads,
    mlpWidth: read.mlpWidth ?? 4 * width,
    kernelQuantizer: read.kernelQuantizer ?? STYLES[style].kernelQuantizer,
    inputQuantizer: read.inputQuantizer ?? STYLES[style].inputQuantizer,
    gate: read.gate && readOptions(where, read.gate, TRANSFORMER_GATE_OPTIONS, 'gate'),
  };
  checkSizes(where, settings, imageSize);
  checkQuantization(where, read);
  createQuantizer(settings.kernelQuantizer, where);
  return settings;
}

function checkSizes(where: string, settings: TransformerSettings, imageSize: unknown): void {
  const { height, imageWidth, patchSize, width, numHeads, headDim } = settings;
  if (height % patchSize !== 0 || imageWidth % patchSize !== 0) {
    const expected = `a multiple of patchSize ${patchSize} in height and width`;
    throw argumentError(where, 'imageSize', expected, imageSize);
  }
  if (Number.isInteger(headDim)) return;
  const expected = `a divisor of width ${width} where headDim is left out`;
  throw argumentError(where, 'numHeads', expected, numHeads);
}

function checkQuantization(where: string, options: VisionTransformerOptions): void {
  if (options.ternary) return;
  for (const name of ['kernelQuantizer', 'inputQuantizer', 'gate'] as const) {
    if (options[name] === undefined) continue;
    throw argumentError(where, name, 'left out where ternary is false', options[name]);
  }
}

/** An option whose default depends on others. */
function withoutDefault({ expected, holds }: Check): Check {
  return { expected, holds };
}
