import {
  conv2d,
  conv2dTranspose,
  engine,
  getBackend,
  getKernel,
  matMul,
  pad,
  registerGradient,
  registerKernel,
  reshape,
  reverse,
  stack,
  stridedSlice,
  tidy,
  transpose,
  type NamedAttrMap,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import {
  extentOf,
  isPointwise,
  paddedPoints,
  type ConvolutionGeometry,
  type WindowAxis,
} from '../engine/convolution/geometry';
import { matMulForTraining } from './mat_mul_for_training';

const CONVOLUTION_FOR_TRAINING = 'ConvolutionForTraining';

/**
 * The convolution of float images [batch, height, width, channels] with a kernel [height, width, channels, out]. tfjs
 * has no gradient where the window is dilated, and none at the kernel on its wasm backend: there this function has its
 * own. It is a tfjs kernel with a registered gradient, not a customGrad, so that the gradient of an unused operand is
 * never computed.
 */
export function convolutionForTraining(
  x: Tensor4D,
  kernel: Tensor4D,
  geometry: ConvolutionGeometry,
): Tensor4D {
  if (isPointwise(geometry)) return pointwise(x, kernel);
  if (tfjsHasGradients(geometry, kernel.shape[3])) {
    const { strides, padding } = attributesOf(geometry);
    return conv2d(x, kernel, strides, padding);
  }
  const attrs = { geometry } as unknown as NamedAttrMap;
  return engine().runKernel(CONVOLUTION_FOR_TRAINING, { x, kernel }, attrs) as Tensor4D;
}

function pointwise(x: Tensor4D, kernel: Tensor4D): Tensor4D {
  const [channels, out] = [kernel.shape[2], kernel.shape[3]];
  const rows: Tensor2D = reshape(x, [-1, channels]);
  const sums = matMulForTraining(rows, reshape(kernel, [channels, out]));
  return reshape(sums, [...x.shape.slice(0, 3), out] as Tensor4D['shape']);
}

function tfjsHasGradients(geometry: ConvolutionGeometry, out: number): boolean {
  const { height, width } = geometry;
  if (height.dilation > 1 || width.dilation > 1 || isOneByOne(geometry, out)) return false;
  return getKernel('Conv2DBackpropFilter', getBackend()) != null;
}

/**
 * From one channel to one filter, TensorFlow's gradient at the images is wrong on some processors with AVX-512 (seen with
 * 2.21 and its oneDNN, which is right from two filters on).
 */
function isOneByOne({ channels }: ConvolutionGeometry, out: number): boolean {
  return channels === 1 && out === 1;
}

function attributesOf({ height, width, padding }: ConvolutionGeometry) {
  const strides: [number, number] = [height.stride, width.stride];
  const dilations: [number, number] = [height.dilation, width.dilation];
  return { strides, dilations, padding };
}

/** @param backendNames the backends on which the op is to run. */
export function registerConvolutionForTraining(backendNames: readonly string[]): void {
  for (const backendName of backendNames) {
    registerKernel({
      kernelName: CONVOLUTION_FOR_TRAINING,
      backendName,
      kernelFunc: ({ inputs, backend, attrs }) => {
        const { geometry } = attrs as unknown as { geometry: ConvolutionGeometry };
        const { strides, dilations, padding } = attributesOf(geometry);
        return getKernel('Conv2D', backendName).kernelFunc({
          inputs: { x: inputs['x']!, filter: inputs['kernel']! },
          backend,
          attrs: { strides, dilations, pad: padding, dataFormat: 'NHWC' },
        });
      },
    });
  }
  registerGradient({
    kernelName: CONVOLUTION_FOR_TRAINING,
    inputsToSave: ['x', 'kernel'],
    gradFunc: (dy, [x, kernel], attrs) => {
      const { geometry } = attrs as unknown as { geometry: ConvolutionGeometry };
      return {
        x: () => convolutionInputGradient(dy as Tensor4D, kernel as Tensor4D, geometry),
        kernel: () => kernelGradient(x as Tensor4D, dy as Tensor4D, geometry),
      };
    },
  });
}

/**
 * The gradient at the images: a convolution of dy, with the kernel turned around. With a stride, which tfjs allows
 * without a dilation alone, the op of tfjs for it.
 */
export function convolutionInputGradient(
  dy: Tensor4D,
  kernel: Tensor4D,
  geometry: ConvolutionGeometry,
): Tensor4D {
  const { height, width, channels } = geometry;
  const { strides, dilations, padding } = attributesOf(geometry);
  if (strides[0] > 1 || strides[1] > 1) {
    const shape = [dy.shape[0], height.inputs, width.inputs, channels] as Tensor4D['shape'];
    if (!isOneByOne(geometry, dy.shape[3])) {
      return conv2dTranspose(dy, kernel, shape, strides, padding);
    }
    return tidy(() => {
      const [dys, kernels] = [dy, kernel].map(withZeros) as [Tensor4D, Tensor4D];
      return conv2dTranspose(dys, kernels, shape, strides, padding);
    });
  }
  return tidy(() => {
    const turned = transpose(reverse(kernel, [0, 1]), [0, 1, 3, 2]) as Tensor4D;
    const around = (axis: WindowAxis): [number, number] => [
      extentOf(axis) - 1 - axis.before,
      extentOf(axis) - 1 - axis.after,
    ];
    const padded = pad(dy, [[0, 0], around(height), around(width), [0, 0]]);
    return conv2d(padded, turned, 1, 'valid', 'NHWC', dilations);
  });
}

/** With a second filter of zeros. */
function withZeros(values: Tensor4D): Tensor4D {
  return pad(values, [[0, 0], [0, 0], [0, 0], [0, 1]]); // prettier-ignore
}

/**
 * The gradient at the kernel: for each point of the window, a product of what it sees in all images with dy. Only the
 * inputs of one point are copied at a time, not the windows, which are as many times as large as the window has points.
 */
function kernelGradient(x: Tensor4D, dy: Tensor4D, geometry: ConvolutionGeometry): Tensor4D {
  return tidy(() => {
    const { height, width, channels } = geometry;
    const out = dy.shape[3];
    const padded = padImages(x, geometry);
    const outputs: Tensor2D = reshape(dy, [-1, out]);
    const products: Tensor[] = [];
    for (let i = 0; i < height.kernel; i++) {
      for (let j = 0; j < width.kernel; j++) {
        const seen: Tensor2D = reshape(seenByPoint(padded, geometry, i, j), [-1, channels]);
        products.push(matMul(transpose(seen), outputs));
      }
    }
    return reshape(stack(products), [height.kernel, width.kernel, channels, out]);
  });
}

function padImages(x: Tensor4D, { height, width }: ConvolutionGeometry): Tensor4D {
  const around = ({ before, after }: WindowAxis): [number, number] => [before, after];
  return pad(x, [[0, 0], around(height), around(width), [0, 0]]);
}

/** The inputs that the point (i, j) of the window meets, [batch, outputs along height, along width, channels]. */
function seenByPoint(
  padded: Tensor4D,
  { height, width, channels }: ConvolutionGeometry,
  i: number,
  j: number,
): Tensor {
  const [top, left] = [i * height.dilation, j * width.dilation];
  const end = (first: number, axis: WindowAxis) =>
    Math.min(first + axis.outputs * axis.stride, paddedPoints(axis));
  return stridedSlice(
    padded,
    [0, top, left, 0],
    [padded.shape[0], end(top, height), end(left, width), channels],
    [1, height.stride, width.stride, 1],
  );
}
