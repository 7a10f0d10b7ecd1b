import * as tf from '@tensorflow/tfjs';
import { BitLinear, bitLinear, type KernelQuantizerConfig } from '../../src';
import { quantizeInt8Rows } from '../../src/quantizers/input/int8';
import { headCases, officialCases, oldCases, type LayerCase } from '../support/golden';
import { apply, gradients, setKernel, weight } from '../support/layers';
import { expectClose, transposed } from '../support/values';

const RULES: Record<string, KernelQuantizerConfig> = {
  bitnet: { name: 'bitnet' },
  bitnet_channel: { name: 'bitnet', perChannel: true },
  bitnet_lsq: { name: 'lsq' },
  bitnet_lsq_channel: { name: 'lsq', perChannel: true },
  twn: { name: 'twn' },
};

function layerOf({
  quantType,
  inFeatures,
  outFeatures,
  weight_out_in,
  bias,
}: LayerCase): BitLinear {
  const layer = bitLinear({
    units: outFeatures,
    useBias: bias != null,
    kernelQuantizer: RULES[quantType],
  });
  layer.build([null, inFeatures]);
  const kernel = transposed(weight_out_in, outFeatures, inFeatures);
  setKernel(
    layer,
    tf.tensor2d(kernel, [inFeatures, outFeatures]),
    bias ? tf.tensor1d(bias) : undefined,
  );
  return layer;
}

const title = (c: LayerCase) =>
  `${c.quantType} ${c.inFeatures} to ${c.outFeatures}, rank ${c.lead.length + 1}`;
const cases = (all: LayerCase[], ...types: string[]): Array<[string, LayerCase]> =>
  all.filter((c) => types.includes(c.quantType)).map((c) => [title(c), c]);

const comparable = [
  ...cases(headCases, 'bitnet', 'bitnet_channel', 'bitnet_lsq', 'bitnet_lsq_channel'),
  ...cases(oldCases, 'bitnet', 'twn').map(([name, c]): [string, LayerCase] => [`old ${name}`, c]),
];

test('the golden files hold what is compared here', () => {
  expect(comparable).toHaveLength(24);
  expect(officialCases).toHaveLength(6);
});

describe.each(comparable)('BitCore: %s', (_title, golden) => {
  const { inFeatures, outFeatures, lead } = golden;
  const x = () => tf.tensor(golden.x, [...lead, inFeatures]);
  const dy = () => tf.tensor(golden.dy, [...lead, outFeatures]);

  test('output and gradients', () => {
    const layer = layerOf(golden);
    const { y, dx, weights } = gradients(layer, x(), dy());
    expect(y.shape).toEqual([...lead, outFeatures]);
    expectClose(y, golden.y);
    expect(dx.shape).toEqual([...lead, inFeatures]);
    expectClose(dx, golden.dx);
    expectClose(weights['kernel'], transposed(golden.dweight_out_in, outFeatures, inFeatures));
    if (golden.dbias != null) expectClose(weights['bias'], golden.dbias);
  });

  test('quantized kernel, and the initial scale', () => {
    const layer = layerOf(golden);
    const { ternary, scale } = layer.quantizedKernel();
    const expected = transposed(golden.quantWeight_out_in, outFeatures, inFeatures);
    expectClose(tf.mul(ternary, scale), expected);
    if (golden.scale_w_scale != null) expectClose(weight(layer, 'alpha'), golden.scale_w_scale);
  });

  test('quantized input', () => {
    const rows = tf.reshape<tf.Rank.R2>(x(), [-1, inFeatures]);
    const { values, rowScale } = quantizeInt8Rows(rows, 1e-5);
    expectClose(tf.mul(values, rowScale), golden.quantX);
  });

  test('deployed output', () => {
    expectClose(apply(layerOf(golden).deploy(), x()), golden.yDeployed);
  });
});

describe.each(cases(oldCases, 'paretoq'))('BitCore, comparable part: old %s', (_title, golden) => {
  test('quantized input and gradient of the bias', () => {
    const { inFeatures, outFeatures, lead } = golden;
    const x = tf.tensor(golden.x, [...lead, inFeatures]);
    const rows = tf.reshape<tf.Rank.R2>(x, [-1, inFeatures]);
    const { values, rowScale } = quantizeInt8Rows(rows, 1e-5);
    expectClose(tf.mul(values, rowScale), golden.quantX);
    const layer = layerOf({ ...golden, quantType: 'bitnet' });
    const { weights } = gradients(layer, x, tf.tensor(golden.dy, [...lead, outFeatures]));
    expect(weights['bias'] == null).toBe(golden.dbias == null);
    if (golden.dbias != null) expectClose(weights['bias'], golden.dbias);
  });
});

describe('official ParetoQ code', () => {
  const titles = officialCases.map((c): [string, typeof c] => [`${c.fn} ${c.inn} to ${c.out}`, c]);

  // With the identity as float input, output and gradient are those of the quantized kernel.
  test.each(titles)('%s with its alpha', (_title, golden) => {
    const { fn, out, inn, alpha, upstream } = golden;
    const kernelQuantizer =
      fn === 'StretchedElasticQuant' ? 'paretoq' : { name: 'lsq', perChannel: true };
    const layer = bitLinear({
      units: out,
      useBias: false,
      inputQuantizer: 'none',
      kernelQuantizer,
    });
    layer.build([null, inn]);
    const kernel = transposed(golden.weight_out_in, out, inn);
    layer.setWeights([tf.tensor2d(kernel, [inn, out]), tf.tensor1d(alpha)]);
    const dy = tf.tensor2d(transposed(upstream, out, inn), [inn, out]);
    const { y, weights } = gradients(layer, tf.eye(inn), dy);
    expectClose(y, transposed(golden.quant, out, inn));
    expectClose(weights['kernel'], transposed(golden.dweight, out, inn));
    expectClose(weights['alpha'], golden.dalpha);
    expectClose(apply(layer.deploy(), tf.eye(inn)), transposed(golden.quant, out, inn));
  });
});
