import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Check } from '../../options/check';
import { definedIn, readOptions, type OptionTable } from '../../options/option_table';
import type { InputQuantizerName } from '../../quantizers/input/registry';
import type { KernelQuantizerConfig } from '../../quantizers/kernel/config';
import {
  VISION_TRANSFORMER_OPTIONS,
  type TransformerGateOptions,
  type VisionTransformerOptions,
} from './options';
import { transformer } from './vision_transformer';

/** What a published net may be built with instead of what was published. */
export interface PublishedTransformerOptions {
  /** Height and width of the images in pixels, as in `visionTransformer`. Default: as published. */
  imageSize?: number | readonly [number, number];
  /** Channels of the images. Default: 3. */
  channels?: number;
  /** As in `visionTransformer`. Default: as published. */
  dropout?: number;
  /** As in `visionTransformer`. Default: as published. */
  embeddingDropout?: number;
  /** The rule that makes the kernels ternary, as in `bitLinear`. Default: that of the original. */
  kernelQuantizer?: string | KernelQuantizerConfig;
  /** As in `bitLinear`. Default: that of the original, `'int8'` for TeTRA-VPR and `'none'` for TAT-VPR. */
  inputQuantizer?: InputQuantizerName;
  /** A sparsity gate before each ternary layer, as in `visionTransformer`. Default: no gates. */
  gate?: TransformerGateOptions;
  /** Whether layers are ternary; false makes the same net of `tf.layers.dense`, to compare with. Default: true. */
  ternary?: boolean;
}

const { imageSize, channels, dropout, embeddingDropout } = VISION_TRANSFORMER_OPTIONS;
const { kernelQuantizer, inputQuantizer, gate, ternary } = VISION_TRANSFORMER_OPTIONS;

export const PUBLISHED_TRANSFORMER_OPTIONS = {
  imageSize: asPublished(imageSize),
  channels,
  dropout: asPublished(dropout),
  embeddingDropout: asPublished(embeddingDropout),
  kernelQuantizer,
  inputQuantizer,
  gate,
  ternary,
} as const satisfies OptionTable<PublishedTransformerOptions>;

const BASE = { width: 768, depth: 12, numHeads: 12 };
const SMALL = { width: 384, depth: 12, numHeads: 6, headDim: 96 };
const TETRA = { imageSize: 322, patchSize: 14, style: 'tetra' } as const;

const PRESETS = {
  tetraBase: { ...BASE, ...TETRA, dropout: 0.1, embeddingDropout: 0.05 },
  tetraSmall: { ...SMALL, ...TETRA, dropout: 0.05, embeddingDropout: 0.1 },
  tatBase: { ...BASE, imageSize: 224, patchSize: 16, style: 'tat' },
} as const satisfies Record<string, VisionTransformerOptions>;

type PresetName = keyof typeof PRESETS;

/**
 * The backbone of TeTRA-Base (arXiv 2503.02511): 322-pixel images in patches of 14, 12 blocks of width 768, 85,975,704
 * parameters, of which 77,856,768 are ternary. (The paper's program counts 1,536 more, a normalization that it never
 * applies.) Deployed, it takes 51.9 MB. See `visionTransformer` for input, output and names of the layers.
 *
 * ```js
 * const net = tetraBase({imageSize: 28}); // a small image, so that this is quick
 * net.outputs[0].shape; // [null, 5, 768]
 * ```
 *
 * @throws if an option is unknown or wrong, or the patch of 14 pixels does not divide the image.
 */
export function tetraBase(options: PublishedTransformerOptions = {}): LayersModel {
  return preset('tetraBase', options);
}

/**
 * The backbone of TeTRA-Small (arXiv 2503.02511): 322-pixel images in patches of 14, 12 blocks of width 384 with 6 heads
 * of 96, 25,298,328 parameters, of which 22,708,224 are ternary. (The paper's program counts 768 more, a normalization
 * that it never applies.) Deployed, it takes 16 MB. See `visionTransformer` for input, output and names of the layers.
 *
 * ```js
 * const net = tetraSmall({imageSize: 28});
 * net.outputs[0].shape; // [null, 5, 384]
 * ```
 *
 * @throws if an option is unknown or wrong, or the patch of 14 pixels does not divide the image.
 */
export function tetraSmall(options: PublishedTransformerOptions = {}): LayersModel {
  return preset('tetraSmall', options);
}

/**
 * The backbone of TAT-VPR (arXiv 2505.16447): 224-pixel images in patches of 16, 12 blocks of width 768, 85,841,664
 * parameters, of which 80,216,064 are ternary. Deployed, it takes 42.6 MB. See `visionTransformer` for input, output
 * and names of the layers.
 *
 * ```js
 * const net = tatBase({imageSize: 32});
 * net.outputs[0].shape; // [null, 5, 768]
 * ```
 *
 * @throws if an option is unknown or wrong, or the patch of 16 pixels does not divide the image.
 */
export function tatBase(options: PublishedTransformerOptions = {}): LayersModel {
  return preset('tatBase', options);
}

function preset(name: PresetName, options: PublishedTransformerOptions): LayersModel {
  return transformer(name, presetOptions(name, options));
}

/** What a published net is built with. */
export function presetOptions(
  name: PresetName,
  options: PublishedTransformerOptions,
): VisionTransformerOptions {
  readOptions(name, options, PUBLISHED_TRANSFORMER_OPTIONS);
  return { ...PRESETS[name], ...definedIn(options) };
}

/** An option whose default is that of the preset. */
function asPublished({ expected, holds }: Check): Check {
  return { expected, holds };
}
