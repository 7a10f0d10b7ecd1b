import type { Shape } from '@tensorflow/tfjs-layers';
import {
  convolutionGeometry,
  extentOf,
  type ConvolutionWindow,
} from '../../engine/convolution/geometry';
import { argumentError } from '../../errors';

interface Limits {
  /** Channels of the built layer. */
  readonly channels: number | undefined;
  /** The limit of the input quantizer. */
  readonly maxInFeatures: number;
}

/**
 * The channels of images.
 * @throws an error that names the layer by `label`, if the rank is not 4, the channels are unknown or differ from those
 * of the built layer, the window has more inputs than exact sums allow, or it is larger than the padded image.
 */
export function checkImageShape(
  shape: Shape,
  window: ConvolutionWindow,
  { channels: built, maxInFeatures }: Limits,
  label: string,
): number {
  const check = (holds: boolean, expected: string) => {
    if (!holds) throw argumentError(label, 'input', expected, shape);
  };
  check(shape.length === 4, 'of rank 4, [batch, height, width, channels]');
  const [, height, width, channels] = shape as [Shape[0], Shape[0], Shape[0], Shape[0]];
  check(channels != null && channels > 0, 'of known, positive channels, [..., channels]');
  check(built == null || channels === built, `of shape [batch, height, width, ${built}]`);
  const [rows, columns] = window.kernelSize;
  const most = Math.floor(maxInFeatures / (rows * columns));
  const limit = `of at most ${most} channels for a window of ${rows}x${columns}, for exact integer sums`;
  check(channels! <= most, limit);
  const geometry = convolutionGeometry([height ?? Infinity, width ?? Infinity, channels!], window);
  const { height: y, width: x } = geometry;
  const extents = `${extentOf(y)}x${extentOf(x)}`;
  check(!(y.outputs < 1 || x.outputs < 1), `of images not smaller than the window, ${extents}`);
  return channels!;
}
