import '../register';

export { packBits } from './descriptor/pack_bits';
export {
  FusedSelfAttention,
  type FusedSelfAttentionOptions,
} from './transformer/fused_self_attention';
export { ImagePatches, type ImagePatchesOptions } from './transformer/image_patches';
export type { TransformerGateOptions, VisionTransformerOptions } from './transformer/options';
export { PositionedTokens } from './transformer/positioned_tokens';
export {
  tatBase,
  tetraBase,
  tetraSmall,
  type PublishedTransformerOptions,
} from './transformer/presets';
export { visionTransformer } from './transformer/vision_transformer';
