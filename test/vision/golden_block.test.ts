import * as tf from '@tensorflow/tfjs';
import { bitLinear, deploy, unpackTernary } from '../../src';
import { visionTransformer } from '../../src/vision';
import { attentionLogits } from '../support/attention_logits';
import { originalName, originalWeight, type GoldenWeights } from '../support/golden_transformer';
import {
  goldenKernel,
  goldenTensor,
  readGolden,
  type GoldenTensor,
} from '../support/golden_vision';
import { gradients } from '../support/layers';
import { expectClose, expectIdentical } from '../support/values';

describe('a ternary layer of TeTRA-VPR', () => {
  const TOLERANCE = 1e-6;
  const golden = readGolden<{
    weights: { weight: GoldenTensor; bias: GoldenTensor };
    x: GoldenTensor;
    upstream: GoldenTensor;
    train: Array<{ qfactor: number } & Record<'y' | 'dx' | 'dweight' | 'dbias', GoldenTensor>>;
    eval: { y: GoldenTensor; qweight: GoldenTensor; scale: GoldenTensor };
    deployed: { packed: GoldenTensor; y: GoldenTensor };
  }>('tetra_linear');

  function original(blend: number) {
    const layer = bitLinear({ units: 6, blend, inputShape: [3, 8] });
    const model = tf.sequential({ layers: [layer] });
    layer.setWeights([goldenKernel(golden.weights.weight), goldenTensor(golden.weights.bias)]);
    return { layer, model };
  }

  test.each(golden.train)('at a blend of $qfactor: output and gradients', (expected) => {
    const { layer } = original(expected.qfactor);
    const actual = gradients(layer, goldenTensor(golden.x), goldenTensor(golden.upstream));
    expectClose(actual.y, goldenTensor(expected.y), TOLERANCE);
    expectClose(actual.dx, goldenTensor(expected.dx), TOLERANCE);
    expectClose(actual.weights['kernel'], goldenKernel(expected.dweight), TOLERANCE);
    expectClose(actual.weights['bias'], goldenTensor(expected.dbias), TOLERANCE);
  });

  test('the ternary kernel and its scale', () => {
    const { ternary, scale } = original(1).layer.quantizedKernel();
    expectIdentical(ternary, goldenKernel(golden.eval.qweight));
    expectClose(scale, goldenTensor(golden.eval.scale), TOLERANCE);
  });

  test('deployed: the bits of its program, the outputs of training', () => {
    const { layer, model } = original(1);
    const x = goldenTensor(golden.x);
    const y = deploy(model).predict(x) as tf.Tensor;
    expectClose(y, goldenTensor(golden.deployed.y), TOLERANCE);
    expectClose(y, goldenTensor(golden.eval.y), TOLERANCE);
    expectIdentical(y, model.predict(x) as tf.Tensor);
    const { packed } = layer.packKernel();
    const bytes = Int8Array.from(bytesOf(packed, 8, 6));
    expect([...bytes]).toEqual([...goldenTensor(golden.deployed.packed).dataSync()]);
  });

  /** Its layout: a row an output, w + 1 in 2 bits, the first of four weights in the high ones. */
  function bytesOf(packed: Int32Array, inFeatures: number, units: number): number[] {
    const words = tf.tensor(packed, [units, packed.length / units], 'int32');
    const codes = tf.add(tf.transpose(unpackTernary(words, inFeatures)), 1);
    const fours = tf.reshape(codes, [-1, 4]).arraySync() as number[][];
    return fours.map((four) => four.reduce((byte, code) => 4 * byte + code, 0));
  }
});

describe('a block of TeTRA-VPR', () => {
  const TOLERANCE = 1e-5;
  interface Part {
    readonly y: GoldenTensor;
    readonly dx: GoldenTensor;
    readonly grads: GoldenWeights;
  }
  const golden = readGolden<{
    weights: Record<'attention' | 'feedForward' | 'lastFeedForward', GoldenWeights>;
    x: GoldenTensor;
    upstream: GoldenTensor;
    attentionLogits: GoldenTensor;
    attention: Part;
    feedForward: Part;
    lastFeedForward: Part;
  }>('tetra_block');
  /** The layers of each part in their order, and what their modules are called there; '' for one without weights. */
  const PARTS = {
    attention: {
      block0_attention_normalization: 'lnorm1',
      block0_attention_qkv: 'to_qkv',
      block0_attention: '',
      block0_attention_inner_normalization: 'lnorm2',
      block0_attention_output: 'to_out.0',
    },
    feedForward: {
      block0_mlp_normalization: 'net.0',
      block0_mlp_hidden: 'net.1',
      block0_mlp_gelu: '',
      block0_mlp_inner_normalization: 'net.4',
      block0_mlp_output: 'net.5',
    },
    lastFeedForward: {
      block1_mlp_normalization: 'net.0',
      block1_mlp_hidden: 'net.1',
      block1_mlp_gelu: '',
      block1_mlp_output: 'net.4',
    },
  } as const;
  type Name = keyof typeof PARTS;

  /** The layers of a part of a net, with the weights of the original. */
  function layersOf(part: Name): tf.layers.Layer[] {
    const sizes = { width: 12, depth: 2, numHeads: 3, headDim: 6, mlpWidth: 20 };
    const net = visionTransformer({ imageSize: 4, patchSize: 2, ...sizes });
    const layers = Object.keys(PARTS[part]).map((name) => net.getLayer(name));
    for (const layer of layers) {
      const names = layer.weights.map((weight) => originalName(weight, PARTS[part]));
      layer.setWeights(names.map((name) => originalWeight(golden.weights[part], name)));
    }
    return layers;
  }

  const applied = (layers: tf.layers.Layer[], x: tf.Tensor) =>
    layers.reduce((y, layer) => layer.apply(y) as tf.Tensor, x);

  test.each(Object.keys(PARTS) as Name[])('%s: output and gradients', (part) => {
    const layers = layersOf(part);
    const [x, dy] = [goldenTensor(golden.x), goldenTensor(golden.upstream)];
    const loss = (input: tf.Tensor) => tf.sum<tf.Scalar>(tf.mul(applied(layers, input), dy));
    const expected = golden[part];
    expectClose(applied(layers, x), goldenTensor(expected.y), TOLERANCE);
    expectClose(tf.grad(loss)(x), goldenTensor(expected.dx), TOLERANCE);
    const { grads } = tf.variableGrads(() => loss(x));
    const weights = layers.flatMap(({ trainableWeights }) => trainableWeights);
    expect(weights).toHaveLength(Object.keys(expected.grads).length);
    for (const weight of weights) {
      const name = originalName(weight, PARTS[part]);
      const gradient = grads[(weight.read() as tf.Variable).name];
      expectClose(gradient, originalWeight(expected.grads, name), TOLERANCE);
    }
  });

  test('the scores of the attention', () => {
    const fused = applied(layersOf('attention').slice(0, 2), goldenTensor(golden.x));
    expectClose(attentionLogits(fused, 3), goldenTensor(golden.attentionLogits), TOLERANCE);
  });
});
