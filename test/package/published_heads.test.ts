import * as tf from '@tensorflow/tfjs';
import { boq, gemPooling, mixVpr, salad } from '../../src/vision';

/** Of TeTRA-VPR's Base: ternary weights at 2 bits, and the other parameters in float32. */
const BACKBONE_BYTES = 77_856_768 / 4 + 4 * (85_977_240 - 77_856_768);

beforeAll(() => tf.setBackend('cpu'));

test.each([
  ['GeM', () => gemPooling({ units: 2048 }), 1_574_913, 55.5],
  ['MixVPR', () => mixVpr(), 3_036_768, 61.1],
  ['BoQ', () => boq(), 14_120_472, 103.4],
  ['SALAD', () => salad(), 1_411_009, 54.9],
] as const)('%s has as many parameters as published', (_, make, parameters, mebibytes) => {
  const head = make();
  head.build([null, 530, 768]);
  expect(head.countParams()).toBe(parameters);
  const actual = (BACKBONE_BYTES + 4 * parameters) / 2 ** 20;
  expect(Math.abs(actual - mebibytes)).toBeLessThan(0.06);
});
