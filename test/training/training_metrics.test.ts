import * as tf from '@tensorflow/tfjs';
import { bitLinear, deploy } from '../../src';
import { quantizationSchedule, trainingMetrics } from '../../src/training';
import type { KernelQuantizerConfig } from '../../src';
import type { LayerMetrics } from '../../src/training';
import { setKernel } from '../support/layers';
import { memory } from '../support/leaks';
import { MODELS } from '../support/models';
import { KERNEL_QUANTIZERS, titled } from '../support/quantizers';
import { expectClose, randomTensor } from '../support/values';
import { present } from '../support/present';

function modelOf(kernel: number[][], kernelQuantizer: KernelQuantizerConfig = { name: 'bitnet' }) {
  const layer = bitLinear({
    units: kernel[0].length,
    inputShape: [kernel.length],
    name: 'only',
    useBias: false,
    kernelQuantizer,
  });
  const model = tf.sequential({ layers: [layer] });
  const set = (values: number[][]) => setKernel(layer, tf.tensor2d(values));
  set(kernel);
  return { model, layer, set };
}

describe('a look', () => {
  // Mean magnitude 1: zeros up to .5, one weight of 2.4 beyond the scale.
  const KERNEL = [[0.6, -0.7, 0.1, 0.5], [2.4, -0.9, 0.8, -2]]; // prettier-ignore

  test('has the hand values', async () => {
    const { model } = modelOf(KERNEL);
    const [metrics] = await trainingMetrics().look(model);
    const { path, negative, zero, positive, flips, scale, saturation, entropy } = metrics;
    expect({ path, negative, zero, positive, flips }).toEqual({
      path: 'only',
      negative: 3 / 8,
      zero: 2 / 8,
      positive: 3 / 8,
      flips: 0,
    });
    expect(scale).toBeCloseTo(1, 6);
    expect(saturation).toBeCloseTo(2 / 8, 6);
    expect(entropy).toBeCloseTo(0.75 * Math.log2(8 / 3) + 0.25 * 2, 6);
  });

  test('counts flips from the last look', async () => {
    const { model, set } = modelOf(KERNEL);
    const metrics = trainingMetrics();
    await metrics.look(model);
    const flipsWith = async (values: number[][]) => {
      set(values);
      return (await metrics.look(model))[0].flips;
    };
    const negated = KERNEL.map((row) => row.map((w) => -w));
    expect(await flipsWith(negated)).toBe(6 / 8);
    expect(await flipsWith(negated)).toBe(0);
    expect(await flipsWith([negated[0], KERNEL[1]])).toBe(4 / 8);
  });

  test('a kernel with one value alone carries no information', async () => {
    const { model } = modelOf([[0.5, 0.5]]);
    const [metrics] = await trainingMetrics().look(model);
    expect(metrics).toMatchObject({ positive: 1, zero: 0, negative: 0, entropy: 0, saturation: 0 });
  });

  test('weights that are NaN count as none of the three, not as zeros', async () => {
    const { model } = modelOf([[NaN, NaN]]);
    const [metrics] = await trainingMetrics().look(model);
    expect(metrics).toMatchObject({ negative: 0, zero: 0, positive: 0, entropy: 0 });
  });

  test('saturation of paretoq is beyond 0.99 alpha; scales of outputs are averaged', async () => {
    // alpha is the largest magnitude of each output: 1 and 3; the scales are 2/3 of them.
    const { model } = modelOf([[1, 3], [0.98, 1], [0.2, 2.98]], { name: 'paretoq' }); // prettier-ignore
    const [metrics] = await trainingMetrics().look(model);
    expect(metrics.saturation).toBeCloseTo(3 / 6, 6);
    expect(metrics.scale).toBeCloseTo(4 / 3, 6);
  });

  test.each(titled(KERNEL_QUANTIZERS))('shares are those of the packed kernel: %s', async (_, config) => {
    const values = randomTensor([70, 5]).arraySync() as number[][];
    const { model, layer } = modelOf(values, config);
    const [metrics] = await trainingMetrics().look(model);
    const { ternary } = layer.quantizedKernel();
    const share = (value: number) => tf.mean(tf.equal(ternary, value).toFloat()).dataSync()[0];
    const { negative, zero, positive } = metrics;
    expectClose([negative, zero, positive], [-1, 0, 1].map(share), 1e-6);
    expect(negative + zero + positive).toBeCloseTo(1, 12);
  }); // prettier-ignore

  test.each(Object.entries(MODELS))('sees every BitLinear of %s, by its path', async (_, build) => {
    const { model } = build();
    const names = (await trainingMetrics().look(model)).map(({ path }) => path);
    expect(names.length).toBeGreaterThan(0);
    expect(new Set(names).size).toBe(names.length);
  });

  test('keeps no tensor, and refuses models without a layer to look at', async () => {
    const { model } = modelOf(KERNEL);
    const metrics = trainingMetrics();
    const before = memory();
    await metrics.look(model);
    expect(memory()).toEqual(before);
    const message = 'trainingMetrics: the model has no ternary layer that is not deployed. ';
    const float = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    await expect(metrics.look(float)).rejects.toThrow(`${message}Make it ternary with convert(model)`);
    await expect(metrics.look(deploy(model))).rejects.toThrow(`${message}Give the model that was deployed.`);
    await expect(metrics.look({} as tf.LayersModel)).rejects.toThrow('model must be a tf.LayersModel');
    expect(() => trainingMetrics({ write: 'file' as never })).toThrow('trainingMetrics: write must be a function, got "file".');
    expect(() => trainingMetrics({ file: 'x' } as never)).toThrow(
      'trainingMetrics: options has no "file". It takes write.');
  });
}); // prettier-ignore

describe('in fit', () => {
  function compiled() {
    const model = tf.sequential();
    model.add(bitLinear({ units: 6, inputShape: [5], name: 'first' }));
    model.add(bitLinear({ units: 2, name: 'second', kernelQuantizer: 'lsq' }));
    model.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' });
    return model;
  }
  const data = () => [randomTensor([12, 5], 1), randomTensor([12, 2], 2)] as const;

  interface Line {
    epoch: number;
    logs: Record<string, number>;
    layers: LayerMetrics[];
  }

  test('writes a line an epoch, and adds to the history and to later callbacks', async () => {
    const model = compiled();
    const [x, y] = data();
    const lines: Line[] = [];
    const seen: string[] = [];
    const metrics = trainingMetrics({
      write: (line) => {
        expect(line.endsWith('\n')).toBe(true);
        lines.push(JSON.parse(line) as Line);
      },
    });
    const later = new tf.CustomCallback({
      onEpochEnd: (_, logs) => void seen.push(...Object.keys(present(logs))),
    });
    const { history } = await model.fit(x, y, {
      epochs: 3,
      verbose: 0,
      validationData: [x, y],
      callbacks: [metrics, later],
    });
    expect(lines.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
    expect(lines[0].layers.map(({ path }) => path)).toEqual(['first', 'second']);
    for (const [epoch, { logs, layers }] of lines.entries()) {
      expect(logs).toEqual({
        loss: history['loss'][epoch],
        val_loss: history['val_loss'][epoch],
      });
      for (const { path, ...values } of layers) {
        for (const [measure, value] of Object.entries(values)) {
          expect(history[`${path}/${measure}`][epoch]).toBe(value);
        }
      }
    }
    expect(seen).toContain('second/entropy');
    const flips = lines.map(({ layers }) => layers[0].flips);
    expect(Math.max(...flips)).toBeGreaterThan(0);
  });

  test('flips of an epoch are those within it', async () => {
    const model = compiled();
    const [x, y] = data();
    const ternary = () => model.layers.map((layer) => (layer as ReturnType<typeof bitLinear>).quantizedKernel().ternary.dataSync().slice());
    const before = ternary();
    const { history } = await model.fit(x, y, { epochs: 1, verbose: 0, callbacks: [trainingMetrics()] });
    const after = ternary();
    const flips = before[0].filter((value, i) => value !== after[0][i]).length / before[0].length;
    expect(history['first/flips']).toEqual([flips]);
  }); // prettier-ignore

  test('keeps no tensor, beside a schedule', async () => {
    const model = compiled();
    const [x, y] = data();
    const callbacks = [quantizationSchedule({ type: 'cosine' }), trainingMetrics()];
    const fit = () => model.fit(x, y, { epochs: 2, batchSize: 4, verbose: 0, callbacks });
    await fit();
    const before = memory();
    await fit();
    expect(memory()).toEqual(before);
  });

  test('behind a plain object, where tfjs gives it no model', async () => {
    const [x, y] = data();
    const callbacks = [{ onEpochEnd: () => {} }, trainingMetrics()];
    await expect(compiled().fit(x, y, { verbose: 0, callbacks })).rejects.toThrow(
      'trainingMetrics: tfjs gives no callback its model',
    );
  });

  test('a failing write ends training', async () => {
    const [x, y] = data();
    const write = () => Promise.reject(new Error('disk full'));
    const fit = compiled().fit(x, y, { verbose: 0, callbacks: [trainingMetrics({ write })] });
    await expect(fit).rejects.toThrow('disk full');
  });
});
