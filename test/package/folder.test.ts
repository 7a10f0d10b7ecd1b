import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { bitLinear, deploy } from '../../src';
import { folder } from '../../src/io/folder';
import { cli } from '../support/cli';
import { newFolder, removeFolders, saved } from '../support/folders';
import { artifactsOf } from '../support/saving';
import { expectIdentical, randomTensor } from '../support/values';

beforeAll(() => tf.setBackend('wasm'));
afterAll(removeFolders);

function net(): tf.LayersModel {
  const model = tf.sequential();
  model.add(bitLinear({ units: 5, inputShape: [70], activation: 'relu' }));
  model.add(tf.layers.dense({ units: 2 }));
  model.setUserDefinedMetadata({ labels: ['a', 'b'] });
  return deploy(model);
}

test('what is saved is loaded: weights, topology, metadata', async () => {
  const model = net();
  const loaded = await tf.loadLayersModel(folder(await saved(model)));
  const x = randomTensor([3, 70]);
  expectIdentical(loaded.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor);
  expect(loaded.getUserDefinedMetadata()).toEqual({ labels: ['a', 'b'] });
  expect(loaded.toJSON(null, false)).toEqual(model.toJSON(null, false));
});

test.each([undefined, '', 3])('%p, which is no path', (path) => {
  expect(() => folder(path as string)).toThrow('folder: path must be a non-empty string, got ');
});

test('saving again replaces the model, and leaves no other files', async () => {
  const path = await saved(
    tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] }),
  );
  const model = net();
  await model.save(folder(path));
  const loaded = await tf.loadLayersModel(folder(path));
  expect(loaded.toJSON(null, false)).toEqual(model.toJSON(null, false));
  expect(readdirSync(path).sort()).toEqual(['model.json', 'weights.bin']);
});

test('a save that cannot be finished leaves the model before it', async () => {
  const model = net();
  const path = await saved(model);
  mkdirSync(join(path, 'model.json.new'));
  const other = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  await expect(other.save(folder(path))).rejects.toThrow('model.json.new');
  const loaded = await tf.loadLayersModel(folder(path));
  expect(loaded.toJSON(null, false)).toEqual(model.toJSON(null, false));
});

test('groups of several files, and uint8, uint16 and float16 weights, have their own sizes', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });
  const { modelTopology } = await artifactsOf(model);
  const path = await saved(model);
  const manifest = [
    {
      paths: ['a1.bin', 'a2.bin'],
      weights: [quantized('kernel', [2, 3], { dtype: 'uint8', scale: 0.5, min: -1 })],
    },
    {
      paths: ['b.bin'],
      weights: [quantized('bias', [3], { dtype: 'uint16', scale: 0.25, min: 0 })],
    },
  ];
  function quantized(name: string, shape: number[], quantization: object) {
    const scope = model.layers[0].name;
    return { name: `${scope}/${name}`, shape, dtype: 'float32', quantization };
  }
  writeFileSync(
    join(path, 'model.json'),
    JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest: manifest }),
  );
  writeFileSync(join(path, 'a1.bin'), Uint8Array.of(0, 1));
  writeFileSync(join(path, 'a2.bin'), Uint8Array.of(2, 3, 4, 5));
  writeFileSync(join(path, 'b.bin'), new Uint8Array(Uint16Array.of(4, 8, 1024).buffer));
  const [kernel, bias] = (await tf.loadLayersModel(folder(path))).getWeights();
  expect([...kernel.dataSync()]).toEqual([-1, -0.5, 0, 0.5, 1, 1.5]);
  expect([...bias.dataSync()]).toEqual([1, 2, 256]);
  truncateSync(join(path, 'a2.bin'), 3);
  await expect(tf.loadLayersModel(folder(path))).rejects.toThrow(
    `folder "${path}": a1.bin + a2.bin must be 6 bytes, as model.json says, got 5.`,
  );
});

describe('damaged files are refused, by the handler and by the commands', () => {
  const edit = (path: string, change: (text: string) => string) => {
    const file = join(path, 'model.json');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  };
  const damages: Record<string, [damage: (path: string) => void, message: RegExp]> = {
    'no file of weights': [
      (path) => unlinkSync(join(path, 'weights.bin')),
      /folder ".*": weights\.bin cannot be read: ENOENT/,
    ],
    'weights cut off': [
      (path) => truncateSync(join(path, 'weights.bin'), 100),
      /weights\.bin must be \d+ bytes, as model\.json says, got 100/,
    ],
    'weights cut inside a number': [
      (path) => truncateSync(join(path, 'weights.bin'), 101),
      /weights\.bin must be \d+ bytes, as model\.json says, got 101/,
    ],
    'a file that is longer': [
      (path) => writeFileSync(join(path, 'weights.bin'), new Uint8Array(9999)),
      /weights\.bin must be \d+ bytes, as model\.json says, got 9999/,
    ],
    'model.json cut off': [
      (path) => truncateSync(join(path, 'model.json'), 300),
      /model\.json is not JSON: /,
    ],
    'not an object': [(path) => edit(path, () => 'null'), /must be of format "layers-model"/],
    'a graph model': [
      (path) => edit(path, (text) => text.replace('layers-model', 'graph-model')),
      /model\.json must be of format "layers-model", got "graph-model"/,
    ],
    'no topology': [
      (path) => edit(path, (text) => text.replace('modelTopology', 'topology')),
      /modelTopology must be in model\.json/,
    ],
    'no manifest': [
      (path) => edit(path, (text) => text.replace('weightsManifest', 'weights')),
      /weightsManifest must be in model\.json/,
    ],
    'an unknown layer': [
      (path) => edit(path, (text) => text.replaceAll('"BitLinear"', '"Other"')),
      /Unknown layer: Other/,
    ],
    'weights of another shape': [
      (path) => edit(path, (text) => text.replace('[5,2]', '[2,5]')),
      /[Ss]hape/,
    ],
  };

  test.each(Object.entries(damages))('%s', async (_title, [damage, message]) => {
    const path = await saved(net());
    damage(path);
    await expect(tf.loadLayersModel(folder(path))).rejects.toThrow(message);
    const { code, stdout, stderr } = cli('summary', path);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr).toContain(path);
    expect(stderr).not.toMatch(/\n\s+at |node_modules/);
  });

  test('packed words with a code that does not exist', async () => {
    const path = await saved(net());
    const file = join(path, 'weights.bin');
    const bytes = readFileSync(file);
    bytes[48 + 17] = 0xff; // behind the head: 10 kernel values and 2 biases;
    writeFileSync(file, bytes);
    const { code, stderr } = cli('summary', path);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/code 3/)]);
  });
});

describe('models of Keras 3', () => {
  const golden = JSON.parse(
    readFileSync(join(__dirname, '../golden/keras3.json'), 'utf8'),
  ) as Record<string, object>;

  test.each(['sequential', 'functional'])('%s: says what to change', async (kind) => {
    const path = await saved(net());
    const modelTopology = golden[kind];
    const model = { format: 'layers-model', modelTopology, weightsManifest: [] };
    writeFileSync(join(path, 'model.json'), JSON.stringify(model));
    const { code, stdout, stderr } = cli('summary', path);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /written by Keras 3\.15\.1, in a format that TensorFlow\.js does not read/,
    );
    expect(stderr).toMatch(/\(batch_shape, DTypePolicy.*\).*TF_USE_LEGACY_KERAS=1/);
  });

  test('TensorFlow.js indeed does not read them', async () => {
    const loading = tf.loadLayersModel(
      tf.io.fromMemory({ modelTopology: golden['sequential'], weightSpecs: [] }),
    );
    await expect(loading).rejects.toThrow(/batchInputShape/);
  });
});

test('an error names files as they are called', async () => {
  const path = await saved(net());
  renameSync(join(path, 'model.json'), join(path, 'other.json'));
  await expect(tf.loadLayersModel(folder(path))).rejects.toThrow(
    /folder ".*": model\.json cannot be read: ENOENT/,
  );
  await expect(tf.loadLayersModel(folder(newFolder()))).rejects.toThrow(
    /folder ".*": model\.json cannot be read: ENOENT/,
  );
});
