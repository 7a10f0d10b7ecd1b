import * as tf from '@tensorflow/tfjs';
import { convolutionGeometry } from '../../src/engine/convolution/geometry';
import { packedConv2D } from '../../src/ops/ternary_conv2d';
import { TITLED_GRID, windowOf } from '../support/convolution_grid';
import { opConvolution, packedConvolution } from '../support/convolution_op';
import { outputShape, referenceConvolution, referenceSums } from '../support/convolution_reference';
import { rescaled } from '../support/product_reference';
import { expectClose, expectIdentical, valuesOf } from '../support/values';

const INPUTS = ['random', 'ties at .5', 'near the float32 maximum', 'zeros'];

test.each(TITLED_GRID)('equals a plain loop: %s', (_, each) => {
  for (const [i, input] of INPUTS.entries()) {
    const convolution = packedConvolution(each, input, i + 1);
    const y = opConvolution(convolution);
    expect(y.shape).toEqual(outputShape(convolution));
    expectIdentical(y, referenceConvolution(convolution));
  }
});

test.each(TITLED_GRID)('multiplies float inputs: %s', (_, each) => {
  const convolution = packedConvolution(each, 'random', 4);
  const sums = referenceSums(convolution);
  const expected = Float32Array.from(sums, (sum, i) =>
    rescaled(convolution, i % each.filters, sum),
  );
  expectClose(opConvolution(convolution, 'none'), expected);
});

test('damaged words are refused at each use, by the name of the op', () => {
  const images = tf.ones([1, 3, 3, 4]);
  const packed = tf.tensor2d([[3, 0, 0, 0]], [1, 4], 'int32');
  const rule = { inputQuantizer: 'int8', eps: 1e-5, activation: 'linear' } as const;
  const window = windowOf({
    kernelSize: [1, 1],
    padding: 'valid',
    shape: [1, 3, 3, 4],
    filters: 1,
  });
  const geometry = convolutionGeometry([3, 3, 4], window);
  for (let use = 0; use < 2; use++) {
    expect(() =>
      packedConv2D({ x: images, packed, scale: tf.tensor1d([1]), ...rule }, geometry),
    ).toThrow('TernaryConv2D: packed must be words of the codes 0, 1 and 2, got "code 3"');
  }
});

test.each([NaN, Infinity, -Infinity])('%p in one image makes its outputs NaN, and no others', (value) => {
  for (const [, each] of TITLED_GRID.filter(([, { shape }]) => shape[0] > 1)) {
    const convolution = packedConvolution(each, 'random', 7);
    const before = valuesOf(opConvolution(convolution));
    const [perImage, perOutput] = [convolution.x.length / 5, before.length / 5];
    convolution.x[2 * perImage + (perImage >> 1)] = value;
    const after = valuesOf(opConvolution(convolution));
    const isOfImage = (i: number) => i >= 2 * perOutput && i < 3 * perOutput;
    expectIdentical(after, Array.from(before, (y, i) => (isOfImage(i) ? NaN : y)));
  }
}); // prettier-ignore
