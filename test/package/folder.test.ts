import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
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
import { newFolder, removeFolders, saved, savedWithoutDigests } from '../support/folders';
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
  expect(readdirSync(path).sort()).toEqual([
    'model.json',
    expect.stringMatching(/^weights-[0-9a-f]{16}\.bin$/),
  ]);
});

test('a save that cannot be finished leaves the model before it', async () => {
  const model = net();
  const path = await saved(model);
  const other = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  const [weights] = readdirSync(await saved(other)).filter((name) => name.endsWith('.bin'));
  mkdirSync(join(path, weights!)); // stands in the way of the new weights
  await expect(other.save(folder(path))).rejects.toThrow(weights);
  const loaded = await tf.loadLayersModel(folder(path));
  expect(loaded.toJSON(null, false)).toEqual(model.toJSON(null, false));
});

test('saves to one folder that are not awaited take turns: the last one stays', async () => {
  const path = newFolder();
  const models = Array.from({ length: 8 }, net);
  await Promise.all(models.map((model) => model.save(folder(path))));
  const loaded = await tf.loadLayersModel(folder(path));
  expect(loaded.toJSON(null, false)).toEqual(models.at(-1)!.toJSON(null, false));
  expect(readdirSync(path)).toHaveLength(2);
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
      /Unknown layer: Other|the layer "Other" is unknown/,
    ],
    'weights of another shape': [
      (path) => edit(path, (text) => text.replace('[5,2]', '[2,5]')),
      /[Ss]hape/,
    ],
  };

  test.each(Object.entries(damages))('%s', async (_title, [damage, message]) => {
    const path = await savedWithoutDigests(net());
    damage(path);
    await expect(tf.loadLayersModel(folder(path))).rejects.toThrow(message);
    const { code, stdout, stderr } = cli('summary', path);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr).toContain(path);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('packed words with a code that does not exist', async () => {
    const path = await savedWithoutDigests(net());
    const file = join(path, 'weights.bin');
    const bytes = readFileSync(file);
    bytes[48 + 17] = 0xff; // behind the head: 10 kernel values and 2 biases;
    writeFileSync(file, bytes);
    const { code, stderr } = cli('summary', path);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/code 3/)]);
  });
});

describe('what was changed after it was saved is refused', () => {
  const weightsIn = (path: string) =>
    join(
      path,
      readdirSync(path).find((name) => name.endsWith('.bin'))!,
    );
  const edit = (path: string, change: (text: string) => string) => {
    const file = join(path, 'model.json');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  };
  const changes: Record<string, [change: (path: string) => void | Promise<void>, file: RegExp]> = {
    'a bit of the weights': [
      (path) => {
        const bytes = readFileSync(weightsIn(path));
        bytes[9]! ^= 4;
        writeFileSync(weightsIn(path), bytes);
      },
      /weights-[0-9a-f]{16}\.bin must be of a SHA-256 digest that begins as its name says/,
    ],
    'weights of another model, under the old name': [
      async (path) => {
        const other = await saved(net());
        writeFileSync(weightsIn(path), readFileSync(weightsIn(other)));
      },
      /weights-[0-9a-f]{16}\.bin must be of a SHA-256 digest/,
    ],
    'the config of a layer': [
      (path) => edit(path, (text) => text.replace('"relu"', '"tanh"')),
      /model\.json must be of SHA-256 digest/,
    ],
    'the name of a file outside the folder': [
      (path) => edit(path, (text) => text.replace('"weights-', '"../weights-')),
      /model\.json must be of SHA-256 digest/,
    ],
    'a digest that is no digest': [
      (path) => edit(path, (text) => text.replace(/("model\.json":)"\w+"/, '$1 3')),
      /sha256 in model\.json must be an object of SHA-256 digests/,
    ],
  };

  test.each(Object.entries(changes))('%s', async (_title, [change, message]) => {
    const path = await saved(net());
    await change(path);
    const loading = tf.loadLayersModel(folder(path));
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toThrow(`folder "${path}"`);
  });

  test('the text of model.json may be laid out anew', async () => {
    const path = await saved(net());
    edit(path, (text) => JSON.stringify(JSON.parse(text), null, 2));
    expect((await tf.loadLayersModel(folder(path))).layers).toHaveLength(2);
  });
});

describe('names in a manifest without digests lead to regular files in the folder', () => {
  const named = (path: string, name: string) => {
    const file = join(path, 'model.json');
    const text = readFileSync(file, 'utf8').replace('"weights.bin"', JSON.stringify(name));
    writeFileSync(file, text);
  };

  test.each(['../secret.bin', '/dev/zero', 'inner/weights.bin', '..\\secret.bin', '', '..'])(
    '%p is no name of a file in the folder',
    async (name) => {
      const path = await savedWithoutDigests(net());
      named(path, name);
      await expect(tf.loadLayersModel(folder(path))).rejects.toThrow(
        `folder "${path}": weightsManifest[0].paths[0] in model.json must be the name of a file in the folder`,
      );
    },
  );

  test('a link to outside', async () => {
    const path = await savedWithoutDigests(net());
    const elsewhere = await savedWithoutDigests(net());
    unlinkSync(join(path, 'weights.bin'));
    symlinkSync(join(elsewhere, 'weights.bin'), join(path, 'weights.bin'));
    await expect(tf.loadLayersModel(folder(path))).rejects.toThrow(
      `folder "${path}": weights.bin must be a file inside`,
    );
  });

  test('a folder whose files are links into one store, as caches of downloads have them', async () => {
    const store = await savedWithoutDigests(net());
    const path = newFolder();
    mkdirSync(path);
    for (const name of readdirSync(store)) symlinkSync(join(store, name), join(path, name));
    expect((await tf.loadLayersModel(folder(path))).layers).toHaveLength(2);
  });

  test('a named pipe, which nobody writes to', async () => {
    const path = await savedWithoutDigests(net());
    unlinkSync(join(path, 'weights.bin'));
    execFileSync('mkfifo', [join(path, 'weights.bin')]);
    await expect(tf.loadLayersModel(folder(path))).rejects.toThrow(
      `folder "${path}": weights.bin must be a regular file, got "a named pipe".`,
    );
  });
});

test('tfjs itself loads what was saved with digests', async () => {
  const path = await saved(net());
  const model = JSON.parse(readFileSync(join(path, 'model.json'), 'utf8')) as tf.io.ModelJSON;
  const [{ paths, weights }] = model.weightsManifest as [tf.io.WeightsManifestConfig[number]];
  const bytes = readFileSync(join(path, paths[0]!));
  const artifacts = { ...model, weightSpecs: weights, weightData: new Uint8Array(bytes).buffer };
  const loaded = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
  const x = randomTensor([3, 70]);
  const viaFolder = await tf.loadLayersModel(folder(path));
  expectIdentical(loaded.predict(x) as tf.Tensor, viaFolder.predict(x) as tf.Tensor);
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
    expect(stderr).toMatch(/\(DTypePolicy, .*batch_shape\).*TF_USE_LEGACY_KERAS=1/);
  });

  test('a layer may have the name of what Keras 3 writes', async () => {
    const model = tf.sequential();
    model.add(tf.layers.dense({ units: 2, inputShape: [3], name: 'batch_shape' }));
    const loaded = await tf.loadLayersModel(folder(await saved(model)));
    expect(loaded.layers[0]!.name).toBe('batch_shape');
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
