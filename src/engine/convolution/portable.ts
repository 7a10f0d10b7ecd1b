import type { InputQuantizerName } from '../../quantizers/input/registry';
import { floatProduct } from '../portable/float_product';
import { int8RowsProduct } from '../portable/int8_product';
import { quantizeRow } from '../portable/int8_rows';
import { imageSize, inFeaturesOf, positionsOf, type ConvolutionGeometry } from './geometry';
import type { TernaryConvolution } from './ternary_convolution';

/** The outputs of one image, which is `x` of the convolution. */
type OfImage = (convolution: TernaryConvolution, y: Float32Array) => void;

const OF_IMAGE: Readonly<Record<InputQuantizerName, OfImage>> = { int8, none };

/** The packed convolution in plain JavaScript, image after image. */
export function portableConvolution(
  convolution: TernaryConvolution,
  inputQuantizer: InputQuantizerName,
  y: Float32Array,
): void {
  const { x, images, geometry, units } = convolution;
  const [inputs, outputs] = [imageSize(geometry), positionsOf(geometry) * units];
  for (let i = 0; i < images; i++) {
    const image = x.subarray(i * inputs, (i + 1) * inputs);
    const ofImage = { ...convolution, x: image, images: 1 };
    OF_IMAGE[inputQuantizer](ofImage, y.subarray(i * outputs, (i + 1) * outputs));
  }
}

/** Quantizes the image once: its windows share a scale. */
function int8(convolution: TernaryConvolution, y: Float32Array): void {
  const { x, geometry, eps } = convolution;
  const quantized = new Int32Array(x.length);
  const scale = quantizeRow(x, 0, quantized, x.length, eps);
  const product = {
    ...convolution,
    rows: positionsOf(geometry),
    inFeatures: inFeaturesOf(geometry),
  };
  const readRow = (position: number, row: Int32Array) => {
    gatherWindow(quantized, geometry, position, row, 0);
    return scale;
  };
  int8RowsProduct(product, readRow, y);
}

/** Rows of windows that a product takes at a time: enough to share what it unpacks of the weights. */
const FLOAT_ROWS = 256;

function none(convolution: TernaryConvolution, y: Float32Array): void {
  const { x, geometry, units } = convolution;
  const [positions, inFeatures] = [positionsOf(geometry), inFeaturesOf(geometry)];
  for (let first = 0; first < positions; first += FLOAT_ROWS) {
    const rows = Math.min(FLOAT_ROWS, positions - first);
    const windows = new Float32Array(rows * inFeatures);
    for (let row = 0; row < rows; row++) {
      gatherWindow(x, geometry, first + row, windows, row * inFeatures);
    }
    const product = { ...convolution, x: windows, rows, inFeatures };
    floatProduct(product, y.subarray(first * units, (first + rows) * units));
  }
}

/** Copies what the window sees at a position into `row` from `at` on. Zeros stand around the image. */
function gatherWindow<Numbers extends Float32Array | Int32Array>(
  image: Numbers,
  { height, width, channels }: ConvolutionGeometry,
  position: number,
  row: Numbers,
  at: number,
): void {
  const top = Math.floor(position / width.outputs) * height.stride - height.before;
  const left = (position % width.outputs) * width.stride - width.before;
  for (let i = 0; i < height.kernel; i++) {
    const line = top + i * height.dilation;
    for (let j = 0; j < width.kernel; j++, at += channels) {
      const column = left + j * width.dilation;
      const isInside = line >= 0 && line < height.inputs && column >= 0 && column < width.inputs;
      const from = (line * width.inputs + column) * channels;
      for (let c = 0; c < channels; c++) row[at + c] = isInside ? image[from + c]! : 0;
    }
  }
}
