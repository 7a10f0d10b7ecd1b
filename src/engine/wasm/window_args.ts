import { WindowArg } from '../../../kernels/window_args';
import { paddedPoints, type ConvolutionGeometry } from '../convolution/geometry';
import type { MemoryViews } from './memory_views';

/** Bytes that the arguments take. (An enum's object holds its numbers as keys, too.) */
export const WINDOW_ARGS_BYTES = (4 * Object.keys(WindowArg).length) / 2;

/** Where the microkernel that quantizes an image writes its scale, from the arguments on. */
export const SCALE_OFFSET = 4 * WindowArg.scale;

/** The microkernels read and write whole vectors, so they reach beyond the last line. */
const OVERRUN = 32;

/** Bytes of a line of the quantized image, with its padding. */
export function lineBytes({ width, channels }: ConvolutionGeometry): number {
  return paddedPoints(width) * channels;
}

/** Bytes of the quantized image, with its padding. */
export function imageBytes(geometry: ConvolutionGeometry): number {
  return paddedPoints(geometry.height) * lineBytes(geometry) + OVERRUN;
}

/** Writes the arguments, except the scale, to the address `at`. @param image address of the quantized image. */
export function writeWindowArgs(
  views: MemoryViews,
  at: number,
  geometry: ConvolutionGeometry,
  image: number,
): void {
  const { height, width, channels } = geometry;
  const line = lineBytes(geometry);
  // Neighbouring points of a window are one run.
  const isDilated = width.dilation > 1;
  const args: Record<Exclude<keyof typeof WindowArg, 'scale'>, number> = {
    image,
    columns: width.outputs,
    columnStep: width.stride * channels,
    rowStep: height.stride * line,
    lines: height.kernel,
    lineStep: height.dilation * line,
    runs: isDilated ? width.kernel : 1,
    runStep: width.dilation * channels,
    runBytes: isDilated ? channels : width.kernel * channels,
  };
  const integers = views.integers(at + WINDOW_ARGS_BYTES);
  for (const [name, value] of Object.entries(args)) {
    integers[(at >>> 2) + WindowArg[name as keyof typeof WindowArg]] = value;
  }
}
