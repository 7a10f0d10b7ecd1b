import '../register';

export { packBits } from './descriptor/pack_bits';
export type { VisionTransformerOptions } from './transformer/options';
export {
  tatBase,
  tetraBase,
  tetraSmall,
  type PublishedTransformerOptions,
} from './transformer/presets';
export { visionTransformer } from './transformer/vision_transformer';
