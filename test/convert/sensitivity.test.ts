import * as tf from '@tensorflow/tfjs';
import { BitLinear, convert, planConversion, sensitivity } from '../../src';
import { FLOAT_MODELS } from '../support/float_models';
import { memory } from '../support/leaks';
import { predictions, weightValues } from '../support/models';
import { expectIdentical, randomTensor } from '../support/values';

/** 6 inputs; "a" [6, 8] with ReLU, "b" [8, 8], a head of 2. */
function net(activation: 'relu' | 'linear' = 'relu'): tf.Sequential {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 8, inputShape: [6], activation, name: 'a' }),
      tf.layers.dense({ units: 8, name: 'b' }),
      tf.layers.dense({ units: 2, name: 'head' }),
    ],
  });
  model.setWeights(model.getWeights().map(({ shape }, i) => randomTensor(shape, i + 1)));
  return model;
}

/** |actual - expected| / |expected|, by plain numbers. */
function relativeError(expected: tf.Tensor, actual: tf.Tensor): number {
  const [a, b] = [[...expected.dataSync()], [...actual.dataSync()]];
  return Math.hypot(...a.map((value, i) => b[i] - value)) / Math.hypot(...a);
}

const apply = (layer: tf.layers.Layer, x: tf.Tensor) => layer.apply(x) as tf.Tensor;

describe('sensitivity', () => {
  test('the errors are those of one ternary layer in an otherwise float model', async () => {
    const model = net();
    const x = randomTensor([70, 6], 9); // three batches
    const [a, b, head] = model.layers as [tf.layers.Layer, tf.layers.Layer, tf.layers.Layer];
    const options = { kernelQuantizer: 'twn', inputQuantizer: 'none' } as const;
    const [ternaryA, ternaryB] = [BitLinear.fromDense(a, options), BitLinear.fromDense(b, options)];
    const [afterA, y] = [apply(a, x), model.predict(x) as tf.Tensor];
    const { layers, outputError } = await sensitivity(model, x, options);
    expect(layers.map(({ path, quantizer, shape }) => [path, quantizer, shape])).toEqual([
      ['a', 'twn', [6, 8]],
      ['b', 'twn', [8, 8]],
    ]);
    const rest = (hidden: tf.Tensor) => apply(head, apply(b, hidden));
    const expected = [
      [relativeError(afterA, apply(ternaryA, x)), relativeError(y, rest(apply(ternaryA, x)))],
      [
        relativeError(apply(b, afterA), apply(ternaryB, afterA)),
        relativeError(y, apply(head, apply(ternaryB, afterA))),
      ],
    ];
    for (const [i, [layerError, error]] of expected.entries()) {
      expect(layerError).toBeGreaterThan(0.1);
      expect(layers[i].layerError).toBeCloseTo(layerError, 5);
      expect(layers[i].outputError).toBeCloseTo(error, 5);
    }
    const all = apply(head, apply(ternaryB, apply(ternaryA, x)));
    expect(outputError).toBeCloseTo(relativeError(y, all), 5);
  });

  test('a kernel that is ternary already costs nothing; pathsAbove names the others', async () => {
    const model = net();
    const [, bias] = model.layers[0].getWeights();
    const ternary = tf.mul(0.5, tf.sign(randomTensor([6, 8], 5)));
    model.layers[0].setWeights([ternary, bias]);
    const result = await sensitivity(model, randomTensor([40, 6]), { inputQuantizer: 'none' });
    // The scale is multiplied after the sum, not before: roundings differ.
    expect(result.layers[0].layerError).toBeLessThan(1e-6);
    expect(result.pathsAbove(1e-5)).toEqual(['b']);
    expect(result.pathsAbove(result.layers[1].outputError)).toEqual([]);
    const converted = convert(model, { skip: result.pathsAbove(1e-5) });
    expect(converted.layers.map((layer) => layer.getClassName())).toEqual([
      ...['BitLinear', 'Dense', 'Dense'],
    ]);
  });

  test('takes the options of convert', async () => {
    const model = net();
    const x = randomTensor([8, 6]);
    const paths = async (options: Parameters<typeof sensitivity>[2]) =>
      (await sensitivity(model, x, options)).layers.map(
        ({ path, quantizer }) => `${path} ${quantizer}`,
      );
    expect(await paths({ convertOutputs: true })).toEqual(['a bitnet', 'b bitnet', 'head bitnet']);
    expect(await paths({ skip: 'a' })).toEqual(['b bitnet']);
    const layerOptions = (_: tf.layers.Layer, path: string) =>
      path === 'a' ? null : { kernelQuantizer: 'lsq' };
    expect(await paths({ layerOptions })).toEqual(['b lsq']);
  });

  test.each(FLOAT_MODELS)('%s: measured, unchanged, nothing left behind', async (_, build) => {
    const { model, x } = build();
    const before = { outputs: predictions(model, x), weights: weightValues(model) };
    const converted = planConversion(model).layers.filter((layer) => layer.converted);
    const counts = memory();
    const steps: Array<[number, number]> = [];
    const onProgress = (done: number, total: number) => steps.push([done, total]);
    if (converted.length === 0) {
      await expect(sensitivity(model, x)).rejects.toThrow(/would make no layer/);
      return;
    }
    const { layers, outputError } = await sensitivity(model, x, { onProgress });
    expect(memory()).toEqual(counts);
    expect(layers.map(({ path }) => path)).toEqual(converted.map(({ path }) => path));
    for (const layer of layers) {
      expect(layer.layerError).toBeGreaterThan(0);
      expect(Number.isFinite(layer.outputError)).toBe(true);
    }
    expect(outputError).toBeGreaterThan(0);
    expect(steps).toEqual(layers.map((_layer, i) => [i + 1, layers.length]));
    expect(weightValues(model)).toEqual(before.weights);
    predictions(model, x).forEach((y, i) => expectIdentical(y, before.outputs[i]));
  });

  test('values that are not finite count as infinitely wrong', async () => {
    const x = tf.mul(randomTensor([8, 6]), NaN);
    const { layers, outputError, pathsAbove } = await sensitivity(net('linear'), x);
    expect([layers[0].layerError, layers[1].outputError, outputError]).toEqual(
      Array(3).fill(Infinity),
    );
    expect(pathsAbove(1e9)).toEqual(['a', 'b']);
  });

  test('is a table with a header, every layer, and all together; nothing is printed', async () => {
    const log = jest.spyOn(console, 'log').mockImplementation();
    const lines = `${await sensitivity(net(), randomTensor([8, 6]))}`.split('\n');
    expect(lines[0]).toMatch(
      /^path +kernel +quantizer +share of bytes +layer error +output error$/,
    );
    expect(lines[2]).toMatch(/^a +\[6,8\] +bitnet +38\.4 % +[\d.]+ % +[\d.]+ %$/);
    expect(lines.at(-1)).toMatch(/^all ternary +87\.7 % +[\d.]+ %$/);
    expect(log).not.toHaveBeenCalled();
    log.mockRestore();
  });

  test('refuses wrong arguments, and leaves nothing behind', async () => {
    const model = net();
    const x = randomTensor([8, 6]);
    const counts = memory();
    const refused = (...[m, input, options]: Parameters<typeof sensitivity>) =>
      expect(sensitivity(m, input, options)).rejects;
    await refused({} as never, x).toThrow('sensitivity: model must be a tf.LayersModel');
    await refused(model, [x, x]).toThrow(
      'sensitivity: x must be 1 tensor(s) with the same number of rows, at least one, got [[8,6],[8,6]].',
    );
    await refused(model, null as never).toThrow('sensitivity: x must be 1 tensor(s)');
    await refused(model, x, { skip: ['a', 'b'] }).toThrow(
      `sensitivity: convert would make no layer of model "${model.name}" ternary: it keeps "a" (skipped), "b" (skipped), "head" (output of the model).`,
    );
    const ternary = convert(model);
    await refused(ternary, x).toThrow('it keeps "a" (ternary already), "b" (ternary already), ');
    ternary.dispose();
    const flat = tf.sequential({ layers: [tf.layers.reLU({ inputShape: [6] })] });
    await refused(flat, x).toThrow('ternary: it has no Dense or Conv2D layer.');
    for (const name of ['quantizer', 'compile']) {
      await refused(model, x, { [name]: true }).toThrow(
        new RegExp(
          `^sensitivity: options has no "${name}"\\..* It takes kernelQuantizer, inputQuantizer, ` +
            'layerOptions, skip, layers, convertFirstConvolution, convertOutputs, keepNormalizations, onProgress\\.$',
        ),
      );
    }
    await refused(model, x, { kernelQuantizer: 'int4' }).toThrow(
      /^sensitivity: kernelQuantizer must be one of .*int4/,
    );
    await refused(model, tf.keep(tf.slice(x, [0, 0], [8, 5]))).toThrow(/shape/);
    expect(memory().numTensors).toBe(counts.numTensors + 1);
  });
});
