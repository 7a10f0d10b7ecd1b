import * as tf from '@tensorflow/tfjs';
import { bitLinear } from '../../src';
import { loadCheckpoint, saveCheckpoint } from '../../src/training';
import { memory } from '../support/leaks';
import { randomTensor } from '../support/values';

function compiled(): tf.LayersModel {
  const model = tf.sequential();
  model.add(tf.layers.simpleRNN({ units: 3, stateful: true, batchInputShape: [2, 4, 3] }));
  model.add(bitLinear({ units: 2, name: 'ternary' }));
  model.compile({ optimizer: tf.train.adam(0.1), loss: 'meanSquaredError' });
  return model;
}

async function trained(): Promise<tf.LayersModel> {
  const model = compiled();
  const [x, y] = [randomTensor([2, 4, 3], 1), randomTensor([2, 2], 2)];
  await model.trainOnBatch(x, y);
  tf.dispose([x, y]);
  return model;
}

interface Parts {
  metadata: {
    epoch: unknown;
    optimizer: Record<string, unknown>;
    layers: Array<Record<string, unknown>>;
    version?: number;
    digest?: string;
  };
  specs: Array<{ name: string; shape: number[]; dtype: string }>;
}

/** A checkpoint, of format 1 so that no digest tells what was changed in it. */
async function changed(model: tf.LayersModel, change: (parts: Parts) => void, keepDigest = false) {
  let artifacts: tf.io.ModelArtifacts = {};
  const save = async (saved: tf.io.ModelArtifacts) => {
    artifacts = saved;
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } as const };
  };
  await saveCheckpoint(model, { save }, { epoch: 3 });
  const metadata = artifacts.userDefinedMetadata!['TfjsBitcoreCheckpoint' as never] as Parts['metadata'];
  const parts: Parts = structuredClone({ metadata, specs: artifacts.weightSpecs as never });
  let weightData = artifacts.weightData as ArrayBuffer;
  if (!keepDigest) {
    delete parts.metadata.version;
    delete parts.metadata.digest;
    parts.specs = parts.specs.filter(({ name }) => !name.startsWith('state/'));
    weightData = weightData.slice(0, -2 * 3 * 4);
  }
  change(parts);
  const stored = {
    weightSpecs: parts.specs as never,
    weightData,
    userDefinedMetadata: { TfjsBitcoreCheckpoint: parts.metadata },
  };
  return Object.assign(tf.io.fromMemory(stored), { path: 'run', load: async () => stored });
} // prettier-ignore

const slot = ({ specs }: Parts) => specs.find(({ name }) => name.includes('SecondMoment/0'))!;

test.each<[string, (parts: Parts) => void, string]>([
  ['blend 7', ({ metadata }) => (metadata.layers[0]!['blend'] = 7), 'layers[0].blend must be a number from 0 to 1, got 7.'],
  ['a blend in words', ({ metadata }) => (metadata.layers[0]!['blend'] = 'x'), 'layers[0].blend must be a number from 0 to 1, got "x".'],
  ['no quantization', ({ metadata }) => delete metadata.layers[0]!['quantization'], 'layers[0].quantization must be an object, got undefined.'],
  ['layers that are no list', ({ metadata }) => (metadata.layers = {} as never), 'content.layers must be a list, got {}.'],
  ['epoch -3', ({ metadata }) => (metadata.epoch = -3), 'content.epoch must be an integer of at least 0, got -3.'],
  ['iterations in words', ({ metadata }) => (metadata.optimizer['iterations'] = '1'), 'optimizer.iterations must be an integer of at least 0, got "1".'],
  ['learning rate "x"', ({ metadata }) => (metadata.optimizer['learningRate'] = 'x'), 'optimizer.learningRate must be a finite number, or null, got "x".'],
  ['no learning rate', ({ metadata }) => (metadata.optimizer['learningRate'] = null), 'optimizer.learningRate must be a finite number, got null.'],
  ['a slot of another shape', (parts) => slot(parts).shape.reverse().push(1), 'of the optimizer must be {"name":"accumulatedSecondMoment/0","dtype":"float32","shape":[3,3]}, got {"name":"accumulatedSecondMoment/0","shape":[3,3,1]'],
  ['a slot of another type', (parts) => (slot(parts).dtype = 'int32'), '"dtype":"float32","shape":[3,3]}, got {"name":"accumulatedSecondMoment/0","shape":[3,3],"dtype":"int32"}.'],
  ['a slot of another name', (parts) => (slot(parts).name = 'optimizer/other/0/m'), 'got {"name":"other/0"'],
  ['an accumulator of another name', ({ specs }) => (specs.at(-1)!.name = 'optimizer/accBeta3'), 'must be {"name":"accBeta2","dtype":"float32","shape":[]}, got {"name":"accBeta3"'],
  ['a tensor twice', ({ specs }) => (specs[1]!.name = specs[0]!.name), 'weightSpecs[1].name must be there once, got "weight/0/kernel".'],
  ['a missing tensor', ({ specs }) => specs.pop(), 'bytes in ArrayBuffers, as weightSpecs says, got '],
  ['another order', ({ specs }) => ([specs[0], specs[1]] = [specs[1]!, specs[0]!]), 'weight 0 "'],
])('%s in a checkpoint is refused, and nothing has changed', async (_, change, expected) => {
  const storage = await changed(await trained(), change);
  const model = compiled();
  const state = () => [model.getWeights().map((w) => [...w.dataSync()]), model.optimizer.iterations, memory()];
  const before = state();
  const error = await loadCheckpoint(model, storage).catch((reason: Error) => reason);
  expect((error as Error).message).toContain('loadCheckpoint from "run": ');
  expect((error as Error).message).toContain(expected);
  expect(state()).toEqual(before);
}); // prettier-ignore

test('one of a later version, and one whose content was changed, say so', async () => {
  const source = await trained();
  const load = async (change: (parts: Parts) => void) =>
    loadCheckpoint(compiled(), await changed(source, change, true));
  await expect(load(({ metadata }) => (metadata.version = 3))).rejects.toThrow(
    'loadCheckpoint from "run": version of the checkpoint must be 2, or left out with the digest, got 3. A later ' +
      'version of tfjs-bitcore wrote it: update the package.',
  );
  await expect(load(({ metadata }) => (metadata.epoch = 4))).rejects.toThrow(
    /^loadCheckpoint from "run": digest must be "[0-9a-f]{8}", by the content, got "[0-9a-f]{8}". The checkpoint is damaged/,
  );
});

test('the states of a stateful layer are restored, so that the next outputs are the same', async () => {
  const source = await trained();
  const storage = await changed(source, () => undefined, true);
  const model = compiled();
  expect(await loadCheckpoint(model, storage)).toEqual({ epoch: 3 });
  const x = randomTensor([2, 4, 3], 9);
  const outputs = [source, model].map((each) => [...(each.predict(x) as tf.Tensor).dataSync()]);
  expect(outputs[1]).toEqual(outputs[0]);
  expect(outputs[1]).not.toEqual([...(model.predict(x) as tf.Tensor).dataSync()]);
});

test('NaN is saved only if told to, and nothing is written before', async () => {
  const model = compiled();
  const ternary = model.getLayer('ternary');
  ternary.setWeights([tf.fill([3, 2], 1), tf.tensor1d([0, NaN])]);
  let saved: tf.io.ModelArtifacts | undefined;
  const storage = {
    save: async (artifacts: tf.io.ModelArtifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } as const };
    },
    load: async () => saved!,
  };
  await expect(saveCheckpoint(model, storage, { epoch: 1 })).rejects.toThrow(
    'saveCheckpoint: value 1 of 2 in weight 4 "ternary/bias" must be finite, got NaN. Nothing was saved.',
  );
  expect(saved).toBeUndefined();
  await saveCheckpoint(model, storage, { epoch: 1, allowNonFinite: true });
  const other = compiled();
  await loadCheckpoint(other, storage);
  expect([...other.getLayer('ternary').getWeights()[1]!.dataSync()]).toEqual([0, NaN]);
  model.optimizer = tf.train.sgd(NaN);
  await expect(saveCheckpoint(model, storage, { epoch: 1, allowNonFinite: true })).rejects.toThrow(
    'saveCheckpoint: learning rate of the optimizer must be a finite number, got NaN.',
  );
});
