import * as tf from '@tensorflow/tfjs';
import { BoqBlock } from '../../../src/vision/heads/boq_block';
import { sinkhornLogs } from '../../../src/vision/heads/sinkhorn';
import { boq, classToken, gemPooling, mixVpr, salad, unitLength } from '../../../src/vision';
import {
  attention,
  convolution,
  dense,
  expectGradient,
  expectNear,
  goldenGradients,
  norm,
  setGoldenWeights,
  single,
  type GoldenModule,
} from '../../support/golden_layers';
import {
  goldenTensor,
  goldenValues,
  readGolden,
  type GoldenTensor,
} from '../../support/golden_vision';
import { expectClose } from '../../support/values';

/** That of the golden values. */
const TOLERANCE = 1e-5;

const GEM = [...single('gem.p'), ...dense('fc')];

const mixer = (i: number) => {
  const name = `mix.${i}.mix`;
  return [...norm(`${name}.0`), ...dense(`${name}.1`), ...dense(`${name}.3`)];
};
const mixVprSources = (depth: number) => [
  ...Array.from({ length: depth }, (_, i) => mixer(i)).flat(),
  ...dense('channel_proj'),
  ...dense('row_proj'),
];

const boqBlock = (name: string) => [
  ...attention(`${name}.encoder.self_attn`),
  ...norm(`${name}.encoder.norm1`),
  ...dense(`${name}.encoder.linear1`),
  ...dense(`${name}.encoder.linear2`),
  ...norm(`${name}.encoder.norm2`),
  ...single(`${name}.queries`),
  ...attention(`${name}.self_attn`),
  ...norm(`${name}.norm_q`),
  ...attention(`${name}.cross_attn`),
  ...norm(`${name}.norm_out`),
];

const HEADS = {
  tetra_gem: { layer: () => gemPooling({ units: 12 }), sources: GEM },
  tetra_mixvpr: {
    layer: () => mixVpr({ depth: 2, outputChannels: 5, rows: 4 }),
    sources: mixVprSources(2),
  },
  tetra_boq: {
    layer: () => boq({ width: 64, queries: 3, rows: 4 }),
    sources: [
      ...convolution('proj_c'),
      ...norm('norm_input'),
      ...boqBlock('boqs.0'),
      ...boqBlock('boqs.1'),
      ...dense('fc'),
    ],
  },
  tetra_boq_block: {
    layer: () => new BoqBlock({ numHeads: 2, queries: 3 }),
    sources: boqBlock('block'),
  },
  tetra_salad: {
    layer: () => salad({ clusters: 4, clusterWidth: 5, tokenWidth: 6 }),
    sources: [
      ...dense('token_features.0'),
      ...dense('token_features.2'),
      ...dense('cluster_features.0'),
      ...dense('cluster_features.3'),
      ...dense('score.0'),
      ...dense('score.3'),
      ...single('dust_bin', [1]),
    ],
  },
};

/** The output; of a block, both, one after the other. */
const applied = (layer: tf.layers.Layer, x: tf.Tensor) => {
  const outputs = [layer.apply(x) as tf.Tensor | tf.Tensor[]].flat();
  return outputs.length === 1 ? outputs[0]! : tf.concat(outputs, 1);
};

describe.each(Object.entries(HEADS))('%s', (file, { layer: make, sources }) => {
  const golden = readGolden<GoldenModule>(file);

  test('its output and all of its gradients are those of the original', () => {
    const [x, upstream] = [goldenTensor(golden.x), goldenTensor(golden.upstream)];
    const layer = make();
    applied(layer, x);
    setGoldenWeights(layer, golden, sources);
    const y = applied(layer, x);
    expect(y.shape).toEqual(golden.y.shape);
    expectClose(y, goldenValues(golden.y), TOLERANCE);
    expectClose(unitLength().apply(y) as tf.Tensor, goldenValues(golden.normalized), TOLERANCE);

    const loss = (input: tf.Tensor) => tf.sum<tf.Scalar>(tf.mul(applied(layer, input), upstream));
    expectNear(tf.grad(loss)(x), goldenValues(golden.dx), TOLERANCE);
    const gradients = goldenGradients(layer, () => loss(x), sources);
    expect([...gradients.keys()].sort()).toEqual(Object.keys(golden.grads).sort());
    for (const [name, values] of gradients) {
      expectGradient(values, golden.grads[name]!, TOLERANCE);
    }
  });
});

test('Sinkhorn: the logarithms of the shares are those of the original', () => {
  const { sinkhorn } = readGolden<{
    sinkhorn: { scores: GoldenTensor; dustbin: number; iterations: number; logP: GoldenTensor };
  }>('tetra_salad');
  const { scores, dustbin, iterations, logP } = sinkhorn;
  const logs = sinkhornLogs(goldenTensor(scores), tf.tensor1d([dustbin]), iterations);
  expect(logs.shape).toEqual(logP.shape);
  expectClose(logs, goldenValues(logP), TOLERANCE);
});

test('the heads of TAT-VPR give the values of the original', () => {
  const golden = readGolden<
    { x: GoldenTensor } & Record<
      'cls' | 'cosplace' | 'mixvpr',
      { weights: Record<string, GoldenTensor>; y: GoldenTensor }
    >
  >('tat_heads');
  const x = goldenTensor(golden.x);
  const cls = classToken().apply(x) as tf.Tensor;
  expectClose(cls, goldenValues(golden.cls.y), 1e-6);

  const cosPlace = gemPooling({ units: 12, normalizeOver: 'channels', withClassToken: false });
  const mix = mixVpr({ depth: 1, outputChannels: 5, rows: 4 });
  const heads = [
    { layer: cosPlace, module: golden.cosplace, sources: GEM },
    { layer: mix, module: golden.mixvpr, sources: mixVprSources(1) },
  ];
  for (const { layer, module, sources } of heads) {
    layer.apply(x);
    setGoldenWeights(layer, module, sources);
    const y = unitLength().apply(layer.apply(x)) as tf.Tensor;
    expectClose(y, goldenValues(module.y), 1e-6);
  }
});
