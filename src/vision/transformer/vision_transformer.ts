import { input, model, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { applied, block, dense, dropped, normalized } from './block';
import { PositionedTokens } from './positioned_tokens';
import { ImagePatches } from './image_patches';
import {
  readTransformerOptions,
  type TransformerSettings,
  type VisionTransformerOptions,
} from './options';
import { STYLES } from './styles';

/**
 * A vision transformer (arXiv 2010.11929) with ternary layers: the backbone of TeTRA-VPR (arXiv 2503.02511) or of
 * TAT-VPR (arXiv 2505.16447), which tell places apart. It equals those of their programs, weight by weight.
 *
 * The model is an ordinary one: it trains in `fit`, and `deploy`, `verify`, `summary`, `convert`, checkpoints and
 * `setBlend` take it. Its input is float32 [batch, height, width, channels], its output the tokens, float32
 * [batch, 1 + patches, width], the class token first. A head makes a descriptor of them.
 *
 * Its layers have names that stay: "patches", "patches_normalization", "embedding", "embedding_normalization",
 * "tokens"; in block I (from 0) "blockI_attention_normalization", "blockI_attention_qkv", "blockI_attention",
 * "blockI_attention_inner_normalization", "blockI_attention_output", "blockI_attention_sum",
 * "blockI_mlp_normalization", "blockI_mlp_hidden", "blockI_mlp_gelu", "blockI_mlp_inner_normalization",
 * "blockI_mlp_output" and "blockI"; and "normalization". A style has some of them. Where values are dropped, there are
 * "tokens_dropout", "blockI_attention_dropout", "blockI_mlp_hidden_dropout" and "blockI_mlp_dropout".
 *
 * ```js
 * const net = visionTransformer({imageSize: 32, patchSize: 8, width: 24, depth: 2, numHeads: 3});
 * net.predict(tf.zeros([1, 32, 32, 3])).shape; // [1, 17, 24]
 * ```
 *
 * @throws if an option is unknown, missing or wrong, the patch does not divide the image, the heads do not divide the
 * width where `headDim` is left out, or a quantizer is given where `ternary` is false. The model throws if it is given
 * an image of another size or number of channels.
 */
export function visionTransformer(options: VisionTransformerOptions): LayersModel {
  return transformer('visionTransformer', options);
}

/** The same for another public function, which errors name. */
export function transformer(where: string, options: VisionTransformerOptions): LayersModel {
  const settings = readTransformerOptions(where, options);
  const { height, imageWidth, channels, depth, style } = settings;
  const image = input({ shape: [height, imageWidth, channels], name: 'image' });
  let tokens = embedded(image, settings);
  for (let index = 0; index < depth; index++) tokens = block(tokens, index, settings);
  const { normalizesOutput } = STYLES[style];
  const outputs = normalizesOutput ? normalized(tokens, 'normalization') : tokens;
  return model({ inputs: image, outputs });
}

function embedded(
  image: SymbolicTensor,
  { patchSize, width, embeddingDropout }: TransformerSettings,
): SymbolicTensor {
  const patches = applied(new ImagePatches({ patchSize, name: 'patches' }), image);
  const even = normalized(patches, 'patches_normalization');
  const projected = dense(even, { units: width, useBias: true, name: 'embedding' });
  const embedding = normalized(projected, 'embedding_normalization');
  const tokens = applied(new PositionedTokens({ name: 'tokens' }), embedding);
  return dropped(tokens, embeddingDropout, 'tokens_dropout');
}
