import '../register';

export { packBits } from './descriptor/pack_bits';
export type { VisionTransformerOptions } from './transformer/options';
export { visionTransformer } from './transformer/vision_transformer';
