/**
 * Vision transformers that find places, their heads, and binary descriptors.
 *
 * @module tfjs-bitcore/vision
 */
import '../register';

// Heads, from the tokens of images to descriptors
export { Boq, boq, type BoqOptions } from './heads/boq';
export { ClassToken, classToken } from './heads/class_token';
export { GemPooling, gemPooling, type GemPoolingOptions } from './heads/gem_pooling';
export { MeanTokens, meanTokens, type MeanTokensOptions } from './heads/mean_tokens';
export { MixVpr, mixVpr, type MixVprOptions } from './heads/mix_vpr';
export { Salad, salad, type SaladOptions } from './heads/salad';

// Descriptors
export { BinaryDescriptor, binaryDescriptor } from './descriptor/binary_descriptor';
export { packBits } from './descriptor/pack_bits';
export { UnitLength, unitLength } from './descriptor/unit_length';

// Backbones
export type { LayerOptions } from '../layers/tfjs_options';
export {
  FusedSelfAttention,
  type FusedSelfAttentionOptions,
} from './transformer/fused_self_attention';
export { ImagePatches, type ImagePatchesOptions } from './transformer/image_patches';
export type { TransformerGateOptions, VisionTransformerOptions } from './transformer/options';
export { PositionedTokens } from './transformer/positioned_tokens';
export type { TransformerStyle } from './transformer/styles';
export {
  tatBase,
  tetraBase,
  tetraSmall,
  type PublishedTransformerOptions,
} from './transformer/presets';
export { visionTransformer } from './transformer/vision_transformer';
