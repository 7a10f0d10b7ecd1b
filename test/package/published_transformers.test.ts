import type * as tf from '@tensorflow/tfjs';
import { setBackend } from '@tensorflow/tfjs';
import { BitLinear } from '../../src';
import { packedBytes } from '../../src/layers/ternary/packed_weights';
import { tatBase, tetraBase, tetraSmall } from '../../src/vision';

beforeAll(() => setBackend('cpu'));

/** Weights, by what each is in the tables of the papers: bytes they count for it, and those that we store. */
function sizesOf(model: tf.LayersModel) {
  const layers = model.layers.filter((layer): layer is BitLinear => layer instanceof BitLinear);
  const kernels = layers.map(({ ternaryKernel }) => ternaryKernel.matrixShape);
  const ternary = kernels.reduce((sum, [inFeatures, units]) => sum + inFeatures * units, 0);
  const packed = kernels.reduce((sum, kernel) => sum + packedBytes(...kernel, 1), 0);
  const biases = layers.reduce((sum, { useBias, units }) => sum + (useBias ? units : 0), 0);
  const parameters = model.countParams();
  model.dispose();
  return { parameters, ternary, biases, deployed: packed + 4 * (parameters - ternary) };
}

const MiB = 2 ** 20;

/** The program of TeTRA-VPR counts a last normalization, which it never applies: gamma and beta of a width. */
const unused = (width: number) => 2 * width;

test('TeTRA-Base has the published sizes; with the GeM head, its deployed bytes are those of the paper', () => {
  const { parameters, ternary, deployed } = sizesOf(tetraBase());
  expect([parameters + unused(768), ternary]).toEqual([85_977_240, 77_856_768]);
  const head = 768 * 2048 + 2048 + 1; // a linear layer and the exponent
  expect((deployed + 4 * head) / MiB / 55.6).toBeCloseTo(1, 2);
});

test('TeTRA-Small has the published sizes', () => {
  const { parameters, ternary } = sizesOf(tetraSmall());
  expect([parameters + unused(384), ternary]).toEqual([25_299_096, 22_708_224]);
});

test('TAT-VPR has the published size, if float weights took 2 bytes and biases 2 bits as there', () => {
  const { parameters, ternary, biases, deployed } = sizesOf(tatBase());
  expect(ternary).toBe(80_216_064);
  const published = (ternary + biases) / 4 + 2 * (parameters - ternary - biases);
  expect(published / MiB / 29.8).toBeCloseTo(1, 2);
  // Stored, the difference is that all floats take 4 bytes.
  const scales = deployed - (ternary / 4 + 4 * (parameters - ternary));
  expect(scales).toBe(4 * 46);
});
