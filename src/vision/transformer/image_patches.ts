import { reshape, serialization, tidy, transpose, type Tensor } from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { labelOf } from '../../layers/layer_label';
import { readLayerOptions } from '../../layers/layer_options';
import { LAYER_OPTIONS, type LayerOptions } from '../../layers/tfjs_options';
import { asFloat32 } from '../../ops/as_float32';
import { positiveInteger } from '../../options/check';
import type { OptionTable } from '../../options/option_table';
import { firstShape } from '../../tfjs/layer_nodes';
import { savedConfig } from '../../tfjs/saved_config';

export interface ImagePatchesOptions extends LayerOptions {
  /** Height and width of a patch, in pixels. It divides height and width of the image. */
  patchSize: number;
}

export const IMAGE_PATCHES_OPTIONS = {
  patchSize: { ...positiveInteger, required: true },
  ...LAYER_OPTIONS,
} as const satisfies OptionTable<ImagePatchesOptions>;

/**
 * Cuts images into square patches, row by row from the top left. The values of a patch are in the order row, column,
 * channel, as in the originals of TeTRA-VPR and TAT-VPR.
 *
 * It has no weights. Input: [batch, height, width, channels], of the size with which it was built. Output: float32
 * [batch, patches, patchSize * patchSize * channels].
 *
 * ```js
 * new ImagePatches({patchSize: 4}).apply(tf.zeros([2, 12, 12, 3])).shape; // [2, 9, 48]
 * ```
 */
export class ImagePatches extends layers.Layer {
  /** @nocollapse */
  static readonly className: string = 'ImagePatches';

  readonly patchSize: number;
  /** Height, width and channels, after `build`. */
  private imageShape: number[] | undefined;

  /** @throws if an option is unknown, or `patchSize` is not a positive integer. */
  constructor(args: ImagePatchesOptions) {
    const options = readLayerOptions<ImagePatchesOptions, typeof IMAGE_PATCHES_OPTIONS>(
      ImagePatches,
      new.target,
      args,
      IMAGE_PATCHES_OPTIONS,
    );
    super(options);
    this.patchSize = options.patchSize;
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = firstShape(inputShape);
    const [, height, width] = shape;
    const isDivided = (size: number | null | undefined) =>
      size != null && size > 0 && size % this.patchSize === 0;
    if (shape.length !== 4 || !isDivided(height) || !isDivided(width) || shape[3] == null) {
      const expected = `of shape [batch, height, width, channels], height and width multiples of ${this.patchSize}`;
      throw argumentError(this.label, 'input', expected, shape);
    }
    this.imageShape = shape.slice(1) as number[];
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Parameters<layers.Layer['call']>[1]): Tensor {
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const image = Array.isArray(inputs) ? inputs[0]! : inputs;
      this.checkImage(image.shape);
      const [batch, height, width, channels] = image.shape as [number, number, number, number];
      const size = this.patchSize;
      const [rows, columns] = [height / size, width / size];
      const cut = reshape(image, [batch, rows, size, columns, size * channels]);
      const byPatch = transpose(cut, [0, 1, 3, 2, 4]);
      return asFloat32(reshape(byPatch, [batch, rows * columns, size * size * channels]));
    });
  }

  private get label(): string {
    return labelOf('ImagePatches', this.name);
  }

  private checkImage(shape: number[]): void {
    const expected = [...this.imageShape!];
    if (shape.length === 4 && shape.slice(1).join() === expected.join()) return;
    throw argumentError(this.label, 'input', `of shape [batch, ${expected.join(', ')}]`, shape);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch, height, width, channels] = firstShape(inputShape) as number[];
    const size = this.patchSize;
    return [batch!, (height! / size) * (width! / size), size * size * channels!];
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), patchSize: this.patchSize };
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(savedConfig(config));
  }
}

serialization.registerClass(ImagePatches);
