/** How TensorFlow pads an image: with zeros, so that there is an output at each stride, or not at all. */
type Padding = 'same' | 'valid';

/** The window of a convolution: what its layer says, height before width. */
export interface ConvolutionWindow {
  readonly kernelSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilationRate: readonly [number, number];
  readonly padding: Padding;
}

/** The window along the height or the width of an image. */
export interface WindowAxis {
  /** Points of the image. */
  readonly inputs: number;
  /** Points of the window. */
  readonly kernel: number;
  readonly stride: number;
  /** Distance between neighbouring points of the window. */
  readonly dilation: number;
  /** Zeros before the first point of the image, and after the last one. */
  readonly before: number;
  readonly after: number;
  /** Positions of the window; below 1 where it is larger than the padded image. */
  readonly outputs: number;
}

/** A window on images of one size. */
export interface ConvolutionGeometry {
  readonly height: WindowAxis;
  readonly width: WindowAxis;
  readonly channels: number;
  readonly padding: Padding;
}

/** @param shape [height, width, channels] of an image. */
export function convolutionGeometry(
  [height, width, channels]: readonly [number, number, number],
  window: ConvolutionWindow,
): ConvolutionGeometry {
  const { padding } = window;
  return { height: axis(height, window, 0), width: axis(width, window, 1), channels, padding };
}

function axis(
  inputs: number,
  { kernelSize, strides, dilationRate, padding }: ConvolutionWindow,
  i: 0 | 1,
): WindowAxis {
  const [kernel, stride, dilation] = [kernelSize[i], strides[i], dilationRate[i]];
  const extent = extentOf({ kernel, dilation });
  const outputs = Math.ceil((padding === 'same' ? inputs : inputs - extent + 1) / stride);
  const missing = padding === 'same' ? Math.max((outputs - 1) * stride + extent - inputs, 0) : 0;
  const before = missing >> 1;
  return { inputs, kernel, stride, dilation, before, after: missing - before, outputs };
}

/** Points of the image from the first point of a window to its last one. */
export function extentOf({ kernel, dilation }: Pick<WindowAxis, 'kernel' | 'dilation'>): number {
  return (kernel - 1) * dilation + 1;
}

/** Points of the padded image. */
export function paddedPoints({ before, inputs, after }: WindowAxis): number {
  return before + inputs + after;
}

/** Positions of the window on an image. */
export function positionsOf({ height, width }: ConvolutionGeometry): number {
  return height.outputs * width.outputs;
}

/** Inputs of an output. */
export function inFeaturesOf({ height, width, channels }: ConvolutionGeometry): number {
  return height.kernel * width.kernel * channels;
}

/** Multiplications of an image. */
export function macsOf(geometry: ConvolutionGeometry, units: number): number {
  return positionsOf(geometry) * inFeaturesOf(geometry) * units;
}

/** Numbers of an image. */
export function imageSize({ height, width, channels }: ConvolutionGeometry): number {
  return height.inputs * width.inputs * channels;
}

/** Whether each output sees one point, and each point has an output: then the convolution is a plain product. */
export function isPointwise({ height, width }: ConvolutionGeometry): boolean {
  return [height, width].every(({ kernel, stride }) => kernel === 1 && stride === 1);
}
