import { quantizedRow, rescaled } from './product_reference';

/*
 * The convolution by the definition, in plain loops: nothing here is shared with src.
 */

const { ceil, floor, fround, max } = Math;

type Pair = readonly [number, number];

export interface Convolution {
  readonly x: Float32Array;
  /** [images, height, width, channels] of x. */
  readonly shape: readonly [number, number, number, number];
  /** [height, width, channels, filters]. */
  readonly kernel: Float32Array;
  readonly filters: number;
  readonly window: {
    readonly kernelSize: Pair;
    readonly strides: Pair;
    readonly dilationRate: Pair;
    readonly padding: 'same' | 'valid';
  };
}

/** The outputs along the axis, and the zeros before the image, as TensorFlow has them. */
function axis({ shape, window }: Convolution, i: 0 | 1): { outputs: number; before: number } {
  const [inputs, stride] = [shape[1 + i], window.strides[i]];
  const extent = (window.kernelSize[i] - 1) * window.dilationRate[i] + 1;
  if (window.padding === 'valid') {
    return { outputs: ceil((inputs - extent + 1) / stride), before: 0 };
  }
  const outputs = ceil(inputs / stride);
  return { outputs, before: floor(max((outputs - 1) * stride + extent - inputs, 0) / 2) };
}

/** [images, height, width, filters] of the outputs. */
export function outputShape(convolution: Convolution): [number, number, number, number] {
  const { shape, filters } = convolution;
  return [shape[0], axis(convolution, 0).outputs, axis(convolution, 1).outputs, filters];
}

/** Each product of an input with a weight: indices of the input, the weight and the output. */
function eachProduct(
  convolution: Convolution,
  visit: (input: number, weight: number, output: number) => void,
): void {
  const { shape, window, filters } = convolution;
  const [images, height, width, channels] = shape;
  const [top, left] = [axis(convolution, 0), axis(convolution, 1)];
  let output = 0;
  for (let image = 0; image < images; image++) {
    for (let y = 0; y < top.outputs; y++) {
      for (let x = 0; x < left.outputs; x++, output += filters) {
        for (let i = 0; i < window.kernelSize[0]; i++) {
          for (let j = 0; j < window.kernelSize[1]; j++) {
            const line = y * window.strides[0] - top.before + i * window.dilationRate[0];
            const column = x * window.strides[1] - left.before + j * window.dilationRate[1];
            if (line < 0 || line >= height || column < 0 || column >= width) continue;
            const input = ((image * height + line) * width + column) * channels;
            const weight = (i * window.kernelSize[1] + j) * channels * filters;
            for (let c = 0; c < channels; c++) {
              for (let n = 0; n < filters; n++) {
                visit(input + c, weight + c * filters + n, output + n);
              }
            }
          }
        }
      }
    }
  }
}

const sizeOf = (shape: readonly number[]) => shape.reduce((size, d) => size * d, 1);

/** The sums of floats, in double precision. */
export function referenceSums(convolution: Convolution): Float64Array {
  const { x, kernel } = convolution;
  const sums = new Float64Array(sizeOf(outputShape(convolution)));
  eachProduct(convolution, (input, weight, output) => {
    sums[output] += x[input] * kernel[weight];
  });
  return sums;
}

/** The gradients at images and kernel for the gradient `dy` at the sums. */
export function referenceGradients(
  convolution: Convolution,
  dy: ArrayLike<number>,
): { dx: Float64Array; dkernel: Float64Array } {
  const { x, kernel } = convolution;
  const dx = new Float64Array(x.length);
  const dkernel = new Float64Array(kernel.length);
  eachProduct(convolution, (input, weight, output) => {
    dx[input] += dy[output] * kernel[weight];
    dkernel[weight] += dy[output] * x[input];
  });
  return { dx, dkernel };
}

export interface PackedConvolution extends Convolution {
  readonly scale: Float32Array;
  readonly bias: Float32Array | undefined;
  readonly eps: number;
  readonly activation?: 'linear' | 'relu' | 'relu6';
}

/** The integers of each image and its scale. */
export function quantizedImages({ x, shape }: Convolution, eps: number) {
  const size = x.length / shape[0];
  return Array.from({ length: shape[0] }, (_, i) =>
    quantizedRow(x.subarray(i * size, (i + 1) * size), eps),
  );
}

/** y for int8 inputs with one scale for each image, exactly. */
export function referenceConvolution(convolution: PackedConvolution): Float32Array {
  const images = quantizedImages(convolution, convolution.eps);
  const q = Float32Array.from(images.flatMap(({ q }) => [...q]));
  const sums = referenceSums({ ...convolution, x: q });
  const perImage = sums.length / images.length;
  return Float32Array.from(sums, (sum, i) => {
    const { rowScale } = images[floor(i / perImage)];
    return rescaled(convolution, i % convolution.filters, fround(sum * rowScale));
  });
}
