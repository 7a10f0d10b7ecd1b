import { TITLED_GRID } from '../support/convolution_grid';
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
