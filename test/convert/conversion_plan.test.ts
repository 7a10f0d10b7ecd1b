import * as tf from '@tensorflow/tfjs';
import {
  bitLinear,
  convert,
  deploy,
  disposeModel,
  planConversion,
  summary,
  type ConvertOptions,
} from '../../src';
import { memory } from '../support/leaks';
import { expectIdentical, randomTensor } from '../support/values';

const { dense } = tf.layers;

/** A nested model "encoder" of two layers, a wrapped one, and two heads. */
function model(): tf.LayersModel {
  const encoder = tf.sequential({
    name: 'encoder',
    layers: [
      dense({ units: 8, inputShape: [6], name: 'dense_1' }),
      dense({ units: 8, name: 'dense_2' }),
    ],
  });
  const x = tf.input({ shape: [5, 6] });
  const steps = tf.layers.timeDistributed({ layer: encoder, name: 'steps' }).apply(x);
  const flat = tf.layers.flatten().apply(steps);
  const trunk = dense({ units: 8, name: 'trunk' }).apply(flat);
  const heads = ['head_a', 'head_b'].map((name) => dense({ units: 2, name }).apply(trunk));
  return tf.model({ inputs: x, outputs: heads as tf.SymbolicTensor[], name: 'net' });
}

const PATHS = ['steps/encoder/dense_1', 'steps/encoder/dense_2', 'trunk', 'head_a', 'head_b'];

function convertedPaths(options: ConvertOptions): string[] {
  const { layers } = planConversion(model(), options);
  expect(layers.map(({ path }) => path)).toEqual(PATHS);
  return layers.filter(({ converted }) => converted).map(({ path }) => path);
}

describe('planConversion', () => {
  test('counts parameters, bytes, MACs and their shares', () => {
    const net = tf.sequential({
      layers: [
        dense({ units: 3, inputShape: [70], name: 'first' }),
        dense({ units: 2, name: 'head' }),
      ],
    });
    // Packed: 3 rows of 2 blocks of 16 bytes; a scale; a bias of 3.
    const deployedBytes = 96 + 4 + 12;
    const { layers, totals } = planConversion(net);
    expect(layers).toEqual([
      {
        path: 'first',
        name: 'first',
        className: 'Dense',
        shape: [70, 3],
        converted: true,
        reason: null,
        quantizer: 'bitnet',
        parameters: 213,
        bytes: 852,
        deployedBytes,
        byteShare: 852 / 884,
        macs: 210,
        macShare: 210 / 216,
      },
      {
        path: 'head',
        name: 'head',
        className: 'Dense',
        shape: [3, 2],
        converted: false,
        reason: 'output of the model',
        quantizer: null,
        parameters: 8,
        bytes: 32,
        deployedBytes: 32,
        byteShare: 32 / 884,
        macs: 6,
        macShare: 6 / 216,
      },
    ]);
    expect(totals).toEqual({
      converted: 1,
      kept: 1,
      parameters: 221,
      bytes: 884,
      deployedBytes: deployedBytes + 32,
      macs: 216,
      byteShare: 852 / 884,
      macShare: 210 / 216,
    });
  });

  test.each(['bitnet', 'twn', 'lsq', 'paretoq', { name: 'bitnet', perOutput: true } as const])(
    'foretells the bytes of the deployed model: %p',
    (kernelQuantizer) => {
      const options = { kernelQuantizer, convertOutputs: true };
      const net = model();
      const deployed = deploy(convert(net, options));
      const { totals } = summary(deployed);
      expect(planConversion(net, options).totals.deployedBytes).toBe(totals.bytes);
    },
  );

  test('is a table, with a verdict as its last line', () => {
    const lines = planConversion(model(), { skip: 'trunk' }).toString().split('\n');
    expect(lines[0]).toMatch(
      /^path +kernel +becomes +parameters +bytes +share +deployed +MACs +share$/,
    );
    expect(lines[2]).toMatch(
      /^steps\/encoder\/dense_1 +\[6,8\] +bitnet +56 +224 +11\.\d % +164 +240 +\d/,
    );
    expect(lines[4]).toMatch(/^trunk +\[40,8\] +kept: skipped +328 /);
    expect(lines[5]).toMatch(/^head_a +\[8,2\] +kept: output of the model +18 /);
    expect(lines.at(-2)).toMatch(/^model \(deployed: \d\.\dx smaller\) +2 ternary, 3 kept +492 /);
    expect(lines.at(-1)).toMatch(/^As a ternary model \(convert, then deploy\): /);
  });

  test('builds nothing', () => {
    const net = model();
    const before = memory();
    planConversion(net, { kernelQuantizer: 'lsq', convertOutputs: true });
    expect(memory()).toEqual(before);
  });
});

describe('the verdict', () => {
  const verdict = (net: tf.LayersModel, options?: ConvertOptions) =>
    `${planConversion(net, options)}`.split('\n').at(-1);

  test('has bytes and shares', () => {
    const net = tf.sequential({
      layers: [dense({ units: 3, inputShape: [70] }), dense({ units: 2 })],
    });
    expect(verdict(net)).toBe(
      'As a ternary model (convert, then deploy): 144 bytes, 6.1x smaller; 1 of 2 Dense layers ' +
        'with 96.4 % of the bytes and 97.2 % of the MACs.',
    );
    expect(planConversion(net).totals).toMatchObject({ converted: 1, kept: 1, deployedBytes: 144 });
  });

  test('says that every Dense layer would be kept, and why', () => {
    const net = tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 16, kernelSize: 3, inputShape: [8, 8, 3], name: 'map' }),
        tf.layers.globalAveragePooling2d({}),
        dense({ units: 2, name: 'head' }),
      ],
    });
    expect(verdict(net)).toBe(
      'As a ternary model: convert would keep every layer: ' +
        'map (first convolution of the model, 92.9 % of the bytes), ' +
        'head (output of the model, 7.1 % of the bytes).',
    );
    expect(planConversion(net).totals).toMatchObject({ converted: 0, kept: 2 });
  });

  test('says so where there is nothing to convert', () => {
    const net = tf.sequential({ layers: [tf.layers.reLU({ inputShape: [3] })] });
    expect(verdict(net)).toBe('As a ternary model: it has no Dense or Conv2D layer to convert.');
    const ternary = tf.sequential({
      layers: [bitLinear({ units: 3, inputShape: [70], name: 'first' })],
    });
    expect(verdict(ternary)).toBe(
      'As a ternary model: convert would keep every Dense layer: ' +
        'first (ternary already, 100.0 % of the bytes).',
    );
  });

  test('is of the options given', () => {
    expect(verdict(model(), { skip: 'steps' })).toMatch(
      /; 1 of 5 Dense layers with 66\.7 % of the/,
    );
  });
});

describe('options', () => {
  test('convertOutputs', () => {
    expect(convertedPaths({})).toEqual(PATHS.slice(0, 3));
    expect(convertedPaths({ convertOutputs: true })).toEqual(PATHS);
  });

  test.each([
    ['a name', 'dense_2', [0, 2, 3, 4]],
    ['a path', 'steps/encoder/dense_1', [1, 2, 3, 4]],
    ['a model around it', 'steps/encoder', [2, 3, 4]],
    ['a wrapper around it', 'steps', [2, 3, 4]],
    ['a wildcard', 'head*', [0, 1, 2]],
    ['a wildcard in the middle of a path', 'st*/dense_1', [1, 2, 3, 4]],
    ['several', ['*_1', 'trunk', 'head_b'], [1, 3]],
    ['all', '*', []],
    ['none', [], [0, 1, 2, 3, 4]],
    ['a function', (_: unknown, path: string) => path.length === 5, [0, 1, 3, 4]],
  ])('skip: %s', (_, skip, rest) => {
    expect(convertedPaths({ skip, convertOutputs: true })).toEqual(rest.map((i) => PATHS[i]));
  });

  test('layerOptions decide layer by layer, before the options for all', () => {
    const source = model();
    const seen: string[] = [];
    const options: ConvertOptions = {
      kernelQuantizer: 'twn',
      inputQuantizer: 'none',
      skip: 'trunk',
      layerOptions(layer, path) {
        seen.push(path);
        if (layer.name === 'dense_1') return null;
        return path === 'head_a'
          ? {}
          : { kernelQuantizer: { name: 'lsq', perOutput: true }, eps: 1e-3 };
      },
      convertOutputs: true,
    };
    const { layers } = planConversion(source, options);
    expect(seen).toEqual(PATHS.filter((path) => path !== 'trunk'));
    expect(layers.map(({ quantizer, reason }) => quantizer ?? reason)).toEqual([
      'layerOptions gave null',
      'lsq',
      'skipped',
      'twn',
      'lsq',
    ]);
    const converted = convert(source, options);
    expect(converted.getLayer('head_b').getConfig()).toMatchObject({
      kernelQuantizer: { name: 'lsq', perOutput: true },
      inputQuantizer: 'none',
      eps: 1e-3,
    });
    expect(converted.getLayer('head_a').getConfig()).toMatchObject({
      kernelQuantizer: { name: 'twn' },
      inputQuantizer: 'none',
      eps: 1e-5,
    });
  });
});

describe('kept with a reason', () => {
  const reasons = (net: tf.LayersModel, options?: ConvertOptions) =>
    planConversion(net, options).layers.map(({ reason }) => reason);

  test('layers that are ternary already', () => {
    const net = tf.sequential({
      layers: [bitLinear({ units: 3, inputShape: [4] }), dense({ units: 3 }), dense({ units: 2 })],
    });
    expect(reasons(net)).toEqual(['ternary already', null, 'output of the model']);
    const again = deploy(convert(net));
    expect(reasons(again)).toEqual(['ternary already', 'ternary already', 'output of the model']);
    expect(convert(again).layers.map((layer) => layer.weights.length)).toEqual([3, 3, 2]);
  });

  test('a copied deployed layer outlives its source', () => {
    const source = deploy(
      tf.sequential({ layers: [bitLinear({ units: 5, inputShape: [70] }), dense({ units: 2 })] }),
    );
    const x = randomTensor([3, 70]);
    const expected = (source.predict(x) as tf.Tensor).dataSync().slice();
    const copy = convert(source);
    expectIdentical(copy.predict(x) as tf.Tensor, expected);
    disposeModel(source);
    expectIdentical(copy.predict(x) as tf.Tensor, expected);
  });

  test('constraints on kernel and bias', () => {
    const constraint = { biasConstraint: tf.constraints.nonNeg() };
    const net = tf.sequential({
      layers: [dense({ units: 3, inputShape: [4], ...constraint }), dense({ units: 2 })],
    });
    expect(reasons(net)[0]).toBe('its biasConstraint: BitLinear takes no constraint');
  });

  test('more inputs than int8 sums are exact for', () => {
    const net = tf.sequential({
      layers: [dense({ units: 1, inputShape: [132_105] }), dense({ units: 2 })],
    });
    expect(reasons(net)[0]).toBe("more than 132104 inputs, too many for inputQuantizer 'int8'");
    expect(reasons(net, { inputQuantizer: 'none' })[0]).toBeNull();
    expect(convert(net).layers[0].getClassName()).toBe('Dense');
  });

  test('an output behind its activation; what is not an activation counts as a layer', () => {
    const net = (last: tf.layers.Layer) =>
      tf.sequential({ layers: [dense({ units: 3, inputShape: [4] }), last] });
    for (const last of [tf.layers.softmax(), tf.layers.activation({ activation: 'tanh' })]) {
      expect(reasons(net(last))).toEqual(['output of the model']);
    }
    expect(reasons(net(tf.layers.layerNormalization()))).toEqual([null]);
  });
});
