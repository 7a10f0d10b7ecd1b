import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { folder } from '../../src/io/folder';
import { BitLinear, bitLinear, rmsNormalization, type BitLinearOptions } from '../../src';
import {
  distill,
  learningRateSchedule,
  loadCheckpoint,
  quantizationSchedule,
  saveCheckpoint,
  seededBatches,
  setBlend,
} from '../../src/training';
import { memory } from '../support/leaks';
import { OPTIMIZERS } from '../support/optimizers';
import { expectIdentical, randomTensor } from '../support/values';
import { present } from '../support/present';

const EPOCHS = 4;
const path = mkdtempSync(join(tmpdir(), 'checkpoint-'));
const disk = folder(path);
afterAll(() => rmSync(path, { recursive: true }));

/** Built anew each time; the seed of its initial weights differs, as after a restart. */
function compiled(optimizer: tf.Optimizer, seed: number): tf.Sequential {
  const kernelInitializer = tf.initializers.glorotUniform({ seed });
  const model = tf.sequential();
  model.add(bitLinear({ units: 8, inputShape: [6], kernelInitializer, kernelQuantizer: 'lsq' }));
  model.add(tf.layers.batchNormalization());
  model.add(tf.layers.reLU());
  model.add(bitLinear({ units: 8, kernelInitializer }));
  model.add(rmsNormalization());
  model.add(tf.layers.dense({ units: 2, kernelInitializer }));
  model.compile({ optimizer, loss: 'meanSquaredError' });
  return model;
}

const data = () => [randomTensor([30, 6], 1), randomTensor([30, 2], 2)] as const;

/** Trains from an epoch to the end, or stops after one; the losses of the epochs trained. */
async function train(
  model: tf.LayersModel,
  storage: tf.io.IOHandler,
  from = 0,
  stopAfter = EPOCHS,
) {
  const [x, y] = data();
  const checkpoints = new tf.CustomCallback({
    onEpochEnd: async (epoch) => {
      await saveCheckpoint(model, storage, { epoch: epoch + 1 });
      model.stopTraining = epoch + 1 === stopAfter;
    },
  });
  const { history } = await model.fitDataset(
    seededBatches(x, y, { batchSize: 8, seed: 5, initialEpoch: from }),
    {
      initialEpoch: from,
      epochs: EPOCHS,
      verbose: 0,
      callbacks: [
        quantizationSchedule({ type: 'linear' }),
        learningRateSchedule({ type: 'cosine', learningRate: 0.05, warmup: 0.5 }),
        checkpoints,
      ],
    },
  );
  tf.dispose([x, y]);
  return history['loss'] as number[];
}

describe.each(Object.entries(OPTIMIZERS))('training resumed from disk with %s', (_, optimizer) => {
  test('after any epoch has the loss curve and weights of training that did not stop', async () => {
    const whole = compiled(optimizer(0.05), 1);
    const losses = await train(whole, folder(join(path, 'whole')));
    expect(losses).toHaveLength(EPOCHS);
    for (let stop = 1; stop < EPOCHS; stop++) {
      const interrupted = compiled(optimizer(0.05), 1);
      expect(await train(interrupted, disk, 0, stop)).toEqual(losses.slice(0, stop));
      const resumed = compiled(optimizer(0.05), 99);
      const { epoch } = await loadCheckpoint(resumed, disk);
      expect(epoch).toBe(stop);
      expect(await train(resumed, disk, epoch)).toEqual(losses.slice(stop));
      resumed.weights.forEach((w, i) => expectIdentical(w.read(), whole.weights[i].read()));
    }
  });
});

test('weights that a constraint would change are restored as they were', async () => {
  const net = () => {
    const args = { units: 2, inputShape: [2], kernelConstraint: 'nonNeg' as const };
    const model = tf.sequential({ layers: [tf.layers.dense(args)] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    return model;
  };
  const source = net();
  (source.weights[0].read() as tf.Variable).assign(tf.tensor2d([-1, 2, 3, -4], [2, 2]));
  const storage = folder(join(path, 'constrained'));
  await saveCheckpoint(source, storage, { epoch: 1 });
  const loaded = net();
  await loadCheckpoint(loaded, storage);
  expect([...loaded.weights[0].read().dataSync()]).toEqual([-1, 2, 3, -4]);
});

describe('a checkpoint', () => {
  test('keeps what tfjs computes anew: the running products of Adam', async () => {
    const trained = compiled(tf.train.adam(0.05), 1);
    await train(trained, disk);
    await train(trained, disk); // after 32 steps the two roundings differ
    const products = ({ optimizer }: tf.LayersModel) => {
      const { accBeta1, accBeta2 } = optimizer as unknown as Record<string, tf.Tensor>;
      return [accBeta1, accBeta2].map((t) => t.dataSync()[0]);
    };
    const restored = compiled(tf.train.adam(0.05), 2);
    await loadCheckpoint(restored, disk);
    expect(products(restored)).toEqual(products(trained));
    expect(restored.optimizer.iterations).toBe(32);
    const byTfjs = tf.train.adam(0.05);
    await byTfjs.setWeights(await trained.optimizer.getWeights());
    const anew = compiled(byTfjs, 3);
    expect(products(anew)).not.toEqual(products(trained));
  });

  test('is no model, which tf.loadLayersModel says', async () => {
    await saveCheckpoint(compiled(tf.train.sgd(0.5), 1), disk, { epoch: 0 });
    await expect(tf.loadLayersModel(disk)).rejects.toThrow(
      'tf.loadLayersModel: this is a checkpoint made by saveCheckpoint, not a model.',
    );
  });

  test('restores the blend and the learning rate', async () => {
    const model = compiled(tf.train.sgd(0.5), 1);
    setBlend(model, 0.25);
    await saveCheckpoint(model, disk, { epoch: 0 });
    const restored = compiled(tf.train.sgd(0.1), 1);
    expect(await loadCheckpoint(restored, disk)).toEqual({ epoch: 0 });
    expect((restored.layers[3] as BitLinear).blend).toBe(0.25);
    expect(restored.optimizer.getConfig()['learningRate']).toBe(0.5);
  });

  test('takes a distillation, its projection included', async () => {
    const distillation = () => {
      const student = compiled(tf.train.sgd(0), 1);
      const layers = [tf.layers.dense({ units: 12, inputShape: [6], name: 'wide' }), tf.layers.dense({ units: 2 })];
      const features = [{ student: student.layers[0].name, teacher: 'wide' }];
      const model = distill(student, tf.sequential({ layers }), { features });
      model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
      return model;
    };
    const model = distillation();
    await train(model, disk, 0, 2);
    const restored = distillation();
    await loadCheckpoint(restored, disk);
    restored.weights.forEach((w, i) => expectIdentical(w.read(), model.weights[i].read()));
    expect(await train(restored, disk, 2)).toHaveLength(2);
  }); // prettier-ignore

  test('leaks nothing, saved or loaded', async () => {
    const model = compiled(tf.train.adam(0.05), 1);
    await train(model, disk);
    const before = memory();
    for (let i = 0; i < 3; i++) {
      await saveCheckpoint(model, disk, { epoch: 4 });
      await loadCheckpoint(model, disk);
    }
    expect(memory()).toEqual(before);
    const fresh = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    fresh.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    const alone = memory();
    await expect(loadCheckpoint(fresh, disk)).rejects.toThrow('number of ternary layers');
    expect(memory()).toEqual(alone);
  });

  test('goes to a URL of tfjs', async () => {
    let stored: tf.io.ModelArtifacts;
    const handler: tf.io.IOHandler = {
      save: (artifacts) => {
        stored = artifacts;
        const modelArtifactsInfo = { dateSaved: new Date(), modelTopologyType: 'JSON' } as const;
        return Promise.resolve({ modelArtifactsInfo });
      },
      load: () => Promise.resolve(stored),
    };
    const route = (url: string | string[]) => (url === 'here://' ? handler : null) as tf.io.IOHandler;
    tf.io.registerSaveRouter(route);
    tf.io.registerLoadRouter(route);
    const model = compiled(tf.train.adam(0.1), 1);
    await saveCheckpoint(model, 'here://', { epoch: 7 });
    expect(await loadCheckpoint(compiled(tf.train.adam(0.1), 2), 'here://')).toEqual({ epoch: 7 });
    await expect(saveCheckpoint(model, 'nowhere://', { epoch: 1 })).rejects.toThrow(
      'saveCheckpoint: no handler for "nowhere://" that can save. Give folder(PATH) of tfjs-bitcore/folder');
    await expect(saveCheckpoint(model, './c3', { epoch: 1 })).rejects.toThrow(
      `no handler for "./c3" that can save. Give folder('./c3') of tfjs-bitcore/folder in Node, a URL such as 'indexeddb://NAME'`);
    await expect(loadCheckpoint(model, { save: present(handler.save) })).rejects.toThrow(
      'loadCheckpoint: no handler for the storage given that can load. Give folder(PATH)');
  }); // prettier-ignore
});

describe('what cannot go together is refused, and nothing changes', () => {
  async function refusal(model: tf.LayersModel): Promise<string> {
    const saved = compiled(tf.train.adam(0.05), 1);
    await train(saved, disk, 0, 1);
    const before = model.weights.map((w) => w.read().dataSync().slice());
    const error = await loadCheckpoint(model, disk).then(
      () => new Error('no error'),
      (reason: Error) => reason,
    );
    model.weights.forEach((w, i) => expectIdentical(w.read(), before[i]));
    return error.message;
  }

  test('another optimizer, or other settings', async () => {
    expect(await refusal(compiled(tf.train.sgd(0.05), 2))).toMatch(
      /^loadCheckpoint from ".*": optimizer of the model must be Adam \{"beta1".*, got "SGD \{\}"\.$/,
    );
    expect(await refusal(compiled(tf.train.adam(0.05, 0.5), 2))).toContain('beta1');
  });

  test('another shape, or another number of weights', async () => {
    const model = compiled(tf.train.adam(0.05), 2);
    model.pop();
    model.add(tf.layers.dense({ units: 3, name: 'wider' }));
    model.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' });
    expect(await refusal(model)).toContain(
      'weight 10 "wider/kernel" must be as saved, {"name":"10/kernel","dtype":"float32","shape":[8,2]}, got ',
    );
    model.pop();
    model.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' });
    expect(await refusal(model)).toContain(
      'number of weights must be as saved, 12, got 10. Build the model with the same code as the one that was saved.',
    );
  });

  test('a float net where BitLinear layers are; nothing has changed', async () => {
    const net = (layer: tf.layers.Layer) => {
      const model = tf.sequential({ layers: [layer] });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      return model;
    };
    const args = { units: 2, inputShape: [2] };
    const storage = folder(join(path, 'float'));
    await saveCheckpoint(net(tf.layers.dense(args)), storage, { epoch: 1 });
    const ternary = net(bitLinear(args));
    const before = ternary.getWeights()[0].dataSync();
    await expect(loadCheckpoint(ternary, storage)).rejects.toThrow(
      `loadCheckpoint from "${join(path, 'float')}": number of ternary layers must be as saved, 0, got 1.`,
    );
    expectIdentical(ternary.getWeights()[0].dataSync(), before);
  });

  test.each<[Partial<BitLinearOptions>, string]>([
    [{ kernelQuantizer: 'lsq' }, '{"kernelQuantizer":{"name":"lsq"'],
    [{ kernelQuantizer: 'twn' }, '{"kernelQuantizer":{"name":"twn"'],
    [{ kernelQuantizer: { name: 'bitnet', perOutput: true } }, '"perOutput":true'],
    [{ inputQuantizer: 'none' }, '"inputQuantizer":"none"'],
    [{ eps: 1e-3 }, '"eps":0.001'],
  ])('layers of equal shapes that %j quantizes', async (args, shown) => {
    const net = (quantization: Partial<BitLinearOptions>) => {
      const layer = bitLinear({ units: 2, inputShape: [2], name: 'a', ...quantization });
      const model = tf.sequential({ layers: [layer] });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      return model;
    };
    const storage = folder(join(path, 'quantized'));
    await saveCheckpoint(net({}), storage, { epoch: 1 });
    const other = net(args);
    const before = other.getWeights()[0].dataSync().slice();
    const error = await loadCheckpoint(other, storage).catch((reason: Error) => reason);
    const { message } = error as Error;
    expect(message).toContain(
      ': quantization of layer "a" must be as saved, {"kernelQuantizer":{"name":"bitnet",',
    );
    expect(message.slice(message.indexOf('got'))).toContain(shown);
    expectIdentical(other.getWeights()[0], before);
    expect(await loadCheckpoint(net({}), storage)).toEqual({ epoch: 1 });
  });

  test('other layers frozen', async () => {
    const model = compiled(tf.train.adam(0.05), 2);
    model.layers[0].trainable = false;
    expect(await refusal(model)).toBe(
      `loadCheckpoint from "${path}": trainable weights must be numbers [0,1,2,3,4,7,8,9,10,11], as saved, got [3,4,7,8,9,10,11].`,
    );
  });

  test('another layer of the same shape frozen: its state is not that of the other', async () => {
    const net = (frozen: number, optimizer: string) => {
      const args = { units: 4, inputShape: [4], useBias: false };
      const layers = [0, 1].map(() => tf.layers.dense(args));
      layers[frozen].trainable = false;
      const model = tf.sequential({ layers });
      model.compile({ optimizer, loss: 'meanSquaredError' });
      return model;
    };
    const storage = folder(join(path, 'frozen'));
    const saved = async (optimizer: string) => {
      const source = net(0, optimizer);
      await source.fit(randomTensor([4, 4]), randomTensor([4, 4]), { verbose: 0 });
      await saveCheckpoint(source, storage, { epoch: 1 });
      return source;
    };
    await saved('adam');
    await expect(loadCheckpoint(net(1, 'adam'), storage)).rejects.toThrow(
      'numbers [1], as saved, got [0].',
    );
    await loadCheckpoint(net(0, 'adam'), storage);
    const frozenLater = await saved('adam');
    frozenLater.layers[1].trainable = false;
    await expect(saveCheckpoint(frozenLater, storage, { epoch: 2 })).rejects.toThrow(
      'number of trainable weights must be 1, as trained so far (compile again after freezing a layer), got 0.',
    );
    // SGD has no state to mix up, and each kernel goes where it was.
    const source = await saved('sgd');
    const other = net(1, 'sgd');
    await loadCheckpoint(other, storage);
    other.layers.forEach((layer, i) => {
      expectIdentical(layer.getWeights()[0], source.layers[i].getWeights()[0]);
    });
  });

  test('a model that is not compiled, a wrong epoch, and what is no checkpoint', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    await expect(saveCheckpoint(model, disk, { epoch: 1 })).rejects.toThrow('must be compiled');
    await expect(loadCheckpoint(model, disk)).rejects.toThrow('loadCheckpoint: model "sequential');
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    for (const epoch of [-1, 0.5, undefined]) {
      const save = saveCheckpoint(model, disk, { epoch: epoch as number });
      await expect(save).rejects.toThrow('saveCheckpoint: epoch must be an integer of at least 0');
    }
    await expect(saveCheckpoint(model, disk, undefined as never)).rejects.toThrow(
      'saveCheckpoint: options must be an object {epoch, allowNonFinite}, got undefined.',
    );
    await expect(saveCheckpoint(model, disk, { epochs: 1 } as never)).rejects.toThrow(
      'saveCheckpoint: options has no "epochs". Did you mean "epoch"? It takes epoch, allowNonFinite.',
    );
    const other = folder(join(path, 'model'));
    await model.save(other);
    await expect(loadCheckpoint(model, other)).rejects.toThrow(
      `loadCheckpoint from "${join(path, 'model')}": content must be a checkpoint made by saveCheckpoint, got undefined.`,
    );
    const elsewhere = tf.io.fromMemory(await present(other.load)());
    await expect(loadCheckpoint(model, elsewhere)).rejects.toThrow(
      'loadCheckpoint from the storage given: content must be a checkpoint',
    );
    writeFileSync(join(path, 'model/model.json'), '{');
    await expect(loadCheckpoint(model, other)).rejects.toThrow('model.json is not JSON');
  });
});
