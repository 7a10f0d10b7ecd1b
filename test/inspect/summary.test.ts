import * as tf from '@tensorflow/tfjs';
import { bitLinear, deploy, planConversion, summary, type BitLinear } from '../../src';
import { setKernel } from '../support/layers';
import { memory } from '../support/leaks';

const print = () => undefined;

/** 70 inputs, 3 ternary outputs, 2 float ones. */
function model(kernelQuantizer = 'bitnet', inputShape = [70]): tf.Sequential {
  const result = tf.sequential();
  result.add(bitLinear({ units: 3, inputShape, kernelQuantizer, name: 'ternary' }));
  result.add(tf.layers.reLU());
  result.add(tf.layers.dense({ units: 2, name: 'float' }));
  // 42 of 210 weights are far below the others.
  const kernel = Float32Array.from({ length: 210 }, (_, i) => (i % 5 === 0 ? 0.01 : 1));
  setKernel(result.layers[0] as BitLinear, tf.tensor2d(kernel, [70, 3]));
  return result;
}

// Packed: 3 rows of 2 blocks of 16 bytes; scale 4, bias 12.
const DEPLOYED = 96 + 4 + 12;

describe('summary', () => {
  test('refuses an option it does not know', () => {
    expect(() => summary(model(), { log: print } as never)).toThrow(
      'summary: every name in options must be one of print, got "log".',
    );
  });

  test('counts bytes, bits, zeros and MACs of a model in training', () => {
    const { layers, totals } = summary(model(), { print });
    expect(layers).toEqual([
      {
        name: 'ternary',
        className: 'BitLinear',
        quantizer: 'bitnet',
        shape: [70, 3],
        parameters: 213,
        bitsPerWeight: 32,
        bytes: 852,
        deployedBytes: DEPLOYED,
        float32Bytes: 852,
        zeros: 0.2,
        macs: { ternary: 210, float32: 0 },
      },
      {
        name: 'float',
        className: 'Dense',
        quantizer: null,
        shape: [3, 2],
        parameters: 8,
        bitsPerWeight: 32,
        bytes: 32,
        deployedBytes: 32,
        float32Bytes: 32,
        zeros: null,
        macs: { ternary: 0, float32: 6 },
      },
    ]);
    expect(totals).toEqual({
      parameters: 221,
      bytes: 884,
      deployedBytes: DEPLOYED + 32,
      float32Bytes: 884,
      macs: { ternary: 210, float32: 6 },
    });
  });

  test('counts the packed bytes once deployed', () => {
    const { layers, totals } = summary(deploy(model()), { print });
    expect(layers[0]).toMatchObject({
      quantizer: 'bitnet',
      parameters: 213,
      bitsPerWeight: (8 * 100) / 210,
      bytes: DEPLOYED,
      deployedBytes: DEPLOYED,
      float32Bytes: 852,
      zeros: 0.2,
      macs: { ternary: 210, float32: 0 },
    });
    expect(totals.bytes).toBe(DEPLOYED + 32);
  });

  test('a learned scale counts in training; one per output counts when deployed', () => {
    const lsq = summary(model('lsq'), { print }).layers[0];
    expect([lsq.bytes, lsq.deployedBytes, lsq.float32Bytes]).toEqual([856, DEPLOYED, 852]);
    const paretoq = summary(model('paretoq'), { print }).layers[0];
    expect([paretoq.bytes, paretoq.deployedBytes]).toEqual([864, DEPLOYED + 8]);
  });

  test('MACs count every position', () => {
    const { totals } = summary(model('bitnet', [5, 70]), { print });
    expect(totals.macs).toEqual({ ternary: 5 * 210, float32: 5 * 6 });
    const convolution = tf.sequential();
    convolution.add(tf.layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [8, 8, 2] }));
    expect(summary(convolution, { print }).totals.macs.float32).toBe(3 * 3 * 2 * 4 * 6 * 6);
  });

  test('MACs count every use of a shared layer, weights count once', () => {
    const shared = bitLinear({ units: 3 });
    const [a, b] = [tf.input({ shape: [70] }), tf.input({ shape: [70] })];
    const outputs = tf.layers
      .add()
      .apply([shared.apply(a), shared.apply(b)] as tf.SymbolicTensor[]) as tf.SymbolicTensor;
    const { layers, totals } = summary(tf.model({ inputs: [a, b], outputs }), { print });
    expect(layers).toHaveLength(1);
    expect([totals.parameters, totals.macs.ternary]).toEqual([213, 420]);
  });

  test('MACs count every step of a TimeDistributed layer', () => {
    const layer = bitLinear({ units: 3 });
    const wrapped = tf.sequential({
      layers: [tf.layers.timeDistributed({ layer, inputShape: [5, 70] })],
    });
    expect(summary(wrapped, { print }).totals.macs.ternary).toBe(5 * 210);
    const rank4 = tf.layers.timeDistributed({
      layer: bitLinear({ units: 3 }),
      inputShape: [5, 2, 70],
    });
    const model = tf.sequential({ layers: [rank4] });
    expect(summary(model, { print }).totals.macs.ternary).toBe(5 * 2 * 210);
    const inner = tf.sequential({ layers: [bitLinear({ units: 3, inputShape: [2, 70] })] });
    const ofModel = tf.layers.timeDistributed({ layer: inner, inputShape: [5, 2, 70] });
    const outer = tf.sequential({ layers: [ofModel] });
    expect(summary(outer, { print }).totals.macs.ternary).toBe(5 * 2 * 210);
  });

  test('MACs count every use of a nested model', () => {
    const inner = tf.sequential({ layers: [bitLinear({ units: 3, inputShape: [70] })] });
    const [a, b] = [tf.input({ shape: [70] }), tf.input({ shape: [70] })];
    const outputs = tf.layers
      .add()
      .apply([inner.apply(a), inner.apply(b)] as tf.SymbolicTensor[]) as tf.SymbolicTensor;
    const outer = tf.model({ inputs: [a, b], outputs });
    expect(summary(outer, { print }).totals.macs.ternary).toBe(2 * 210);
    expect(summary(deploy(outer), { print }).totals.macs.ternary).toBe(2 * 210);
    const inSequential = tf.sequential();
    inSequential.add(tf.sequential({ layers: [bitLinear({ units: 3, inputShape: [70] })] }));
    inSequential.add(tf.layers.reLU());
    expect(summary(inSequential, { print }).totals.macs.ternary).toBe(210);
  });

  test('prints a table with a header, every layer, and the totals', () => {
    const lines: string[] = [];
    summary(model(), { print: (line) => lines.push(line) });
    expect(lines[0]).toMatch(/^layer +quantizer +kernel +bits\/weight +zeros +bytes +deployed/);
    expect(lines[2]).toMatch(/^ternary +bitnet +\[70,3\] +32\.00 +20\.0 % +852 +112 +852 +210 +0$/);
    expect(lines.at(-1)).toMatch(/^total \(deployed: 6\.1x smaller\) +884 +144 +884 +210 +6$/);
    const log = jest.spyOn(console, 'log').mockImplementation();
    summary(model());
    expect(log.mock.calls.map(([line]) => line as string)).toEqual(lines);
    log.mockRestore();
  });

  test('MACs of recurrent layers count every step, those of convolutions every position', () => {
    const macs = (layer: tf.layers.Layer) =>
      summary(tf.sequential({ layers: [layer] }), { print }).totals.macs.float32;
    const lstm = (args = {}) => tf.layers.lstm({ units: 3, ...args }) as never;
    expect(macs(tf.layers.gru({ units: 4, inputShape: [7, 5] }))).toBe(7 * (5 + 4) * 3 * 4);
    expect(macs(tf.layers.bidirectional({ layer: lstm(), inputShape: [7, 5] }))).toBe(
      2 * 7 * (5 + 3) * 4 * 3,
    );
    const image = { kernelSize: 3, inputShape: [8, 8, 2] };
    expect(macs(tf.layers.depthwiseConv2d(image))).toBe(3 * 3 * 2 * 6 * 6);
    expect(macs(tf.layers.separableConv2d({ ...image, filters: 5 }))).toBe((9 * 2 + 2 * 5) * 6 * 6);
    expect(macs(tf.layers.conv2dTranspose({ ...image, filters: 5, strides: 2 }))).toBe(
      9 * 5 * 2 * 8 * 8,
    );
  });

  describe('says of a float model what it would be as a ternary one', () => {
    const lastLine = (net: tf.LayersModel) => {
      const lines: string[] = [];
      const { asTernary } = summary(net, { print: (line) => lines.push(line) });
      return { asTernary, line: lines.at(-1) };
    };
    const { dense } = tf.layers;

    test('bytes and shares', () => {
      const net = tf.sequential({
        layers: [dense({ units: 3, inputShape: [70] }), dense({ units: 2 })],
      });
      const { asTernary, line } = lastLine(net);
      expect(line).toBe(
        'As a ternary model (convert, then deploy): 144 bytes, 6.1x smaller; 1 of 2 Dense layers ' +
          'with 96.4 % of the bytes and 97.2 % of the MACs.',
      );
      expect(asTernary).toEqual(planConversion(net).totals);
    });

    test('that every Dense layer would be kept, and why', () => {
      const net = tf.sequential({
        layers: [
          tf.layers.conv2d({ filters: 16, kernelSize: 3, inputShape: [8, 8, 3] }),
          tf.layers.globalAveragePooling2d({}),
          dense({ units: 2, name: 'head' }),
        ],
      });
      expect(lastLine(net)).toMatchObject({
        line:
          'As a ternary model: convert would keep every Dense layer: ' +
          'head (output of the model, 7.1 % of the bytes).',
        asTernary: { converted: 0, kept: 1 },
      });
    });

    test('that it cannot be converted', () => {
      const shared = dense({ units: 3, name: 'twice' });
      const net = tf.sequential({ layers: [dense({ units: 3, inputShape: [3] }), shared] });
      net.layers.push(shared);
      const { asTernary, line } = lastLine(net);
      expect(line).toMatch(/^As a ternary model: planConversion: model ".*" cannot be made anew: /);
      expect(asTernary).toBeNull();
    });

    test('nothing where there is nothing to say', () => {
      for (const net of [
        model(),
        tf.sequential({ layers: [tf.layers.reLU({ inputShape: [3] })] }),
      ]) {
        expect(lastLine(net).line).toMatch(/^total /);
        expect(lastLine(net).asTernary).toBeNull();
      }
    });
  });

  test('leaves nothing behind, and refuses what is not a model', () => {
    const source = model();
    const before = memory();
    summary(source, { print });
    summary(source, { print });
    expect(memory()).toEqual(before);
    expect(() => summary({} as never)).toThrow('summary: model must be a tf.LayersModel');
  });
});
