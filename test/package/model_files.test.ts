import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { bitLinear, convert, deploy, multiHeadAttention, verify } from '../../src';
import { folder } from '../../src/io/folder';
import { removeFolders, saved, savedWithoutDigests } from '../support/folders';
import { expectIdentical, randomTensor } from '../support/values';

/*
 * The files that converters, Keras and browsers wrote, beside those that `folder` itself writes.
 */

beforeAll(() => tf.setBackend('cpu'));
afterAll(removeFolders);

interface ModelFile {
  format?: string;
  modelTopology: unknown;
  weightsManifest: Array<{ paths: string[] }>;
}

/** Rewrites the JSON of the model in a folder. */
function edit(path: string, change: (model: ModelFile) => ModelFile): void {
  const file = join(path, 'model.json');
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')) as ModelFile)));
}

const load = (path: string) => tf.loadLayersModel(folder(path));

function net(layer = bitLinear({ units: 3, inputShape: [5] }) as tf.layers.Layer): tf.Sequential {
  const model = tf.sequential({ layers: [layer] });
  model.setWeights(model.getWeights().map(({ shape }, i) => randomTensor(shape, i + 1)));
  return model;
}

function expectSameOutputs(a: tf.LayersModel, b: tf.LayersModel): void {
  const x = randomTensor([4, ...(a.inputs[0]!.shape.slice(1) as number[])]);
  expectIdentical(a.predict(x) as tf.Tensor, b.predict(x) as tf.Tensor);
}

describe('files without a format, as converters of 2018 and 2019 wrote them', () => {
  test('load', async () => {
    const model = net();
    const path = await saved(model);
    edit(path, ({ modelTopology, weightsManifest }) => ({ modelTopology, weightsManifest }));
    expectSameOutputs(await load(path), model);
  });

  test('are refused if they are graph models', async () => {
    const path = await saved(net());
    const modelTopology = { node: [{ name: 'x', op: 'Placeholder' }], versions: {} };
    edit(path, ({ weightsManifest }) => ({ modelTopology, weightsManifest }));
    await expect(load(path)).rejects.toThrow(
      `folder "${path}": model.json must be of format "layers-model", got "graph-model".`,
    );
  });
});

describe('NAME.json and NAME.weights.bin, as downloads://NAME writes them', () => {
  test('load by the path of the JSON file', async () => {
    const model = net();
    const path = await savedWithoutDigests(model);
    const [{ paths }] = (JSON.parse(readFileSync(join(path, 'model.json'), 'utf8')) as ModelFile)
      .weightsManifest as [{ paths: [string] }];
    edit(path, (content) => ({
      ...content,
      weightsManifest: renamed(content, './tiny.weights.bin'),
    }));
    renameSync(join(path, paths[0]), join(path, 'tiny.weights.bin'));
    renameSync(join(path, 'model.json'), join(path, 'tiny.json'));
    const file = join(path, 'tiny.json');
    expectSameOutputs(await load(file), model);
    await expect(load(path)).rejects.toThrow('model.json cannot be read: ENOENT');
    writeFileSync(file, '{');
    await expect(load(file)).rejects.toThrow('tiny.json is not JSON');
  });

  function renamed({ weightsManifest }: ModelFile, name: string) {
    return weightsManifest.map((group) => ({ ...group, paths: [name] }));
  }

  test('the file of a folder is the model of the folder', async () => {
    const model = net();
    const path = await saved(model);
    expectSameOutputs(await load(join(path, 'model.json')), model);
  });

  test('a folder may be called NAME.json, and saving never replaces a file', async () => {
    const model = net();
    const path = `${await saved(model)}.json`;
    await model.save(folder(path));
    expectSameOutputs(await load(path), model);
    const file = join(path, 'model.json');
    const before = readFileSync(file);
    await expect(net().save(folder(file))).rejects.toThrow();
    expect(readFileSync(file)).toEqual(before);
    expect(existsSync(path)).toBe(true);
  });

  test('a file that is missing has its name in the error', async () => {
    const path = join(await saved(net()), 'none.json');
    await expect(load(path)).rejects.toThrow('none.json cannot be read: ENOENT');
  });
});

describe('Keras 2', () => {
  /** Gives the first layer of a Sequential other entries in its config. */
  function editLayer(path: string, entries: object): Promise<tf.io.ModelArtifacts> {
    edit(path, (content) => {
      const topology = content.modelTopology as {
        config: { layers: Array<{ config: object }> };
      };
      Object.assign(topology.config.layers[0]!.config, entries);
      return content;
    });
    return tf.io.fromMemory(JSON.parse(readFileSync(join(path, 'model.json'), 'utf8')) as never)
      .load!();
  }

  const dense = () => net(tf.layers.dense({ units: 3, inputShape: [5] }));

  test.each([
    ['L2', { l2: 0.25 }, { l1: 0, l2: 0.25 }],
    ['L1', { l1: 0.5 }, { l1: 0.5, l2: 0 }],
    ['L1L2', { l1: 0.5, l2: 0.25 }, { l1: 0.5, l2: 0.25 }],
  ])('the regularizer %s is that of tfjs', async (class_name, config, expected) => {
    const model = dense();
    const path = await savedWithoutDigests(model);
    const artifacts = await editLayer(path, { kernel_regularizer: { class_name, config } });
    if (class_name !== 'L1L2') {
      const loading = tf.loadLayersModel(tf.io.fromMemory(artifacts.modelTopology as never));
      await expect(loading).rejects.toThrow(`Unknown regularizer: ${class_name}`);
    }
    const loaded = await load(path);
    expectSameOutputs(loaded, model);
    const regularizer = loaded.layers[0]!.getConfig()['kernelRegularizer'];
    expect(regularizer).toEqual({ className: 'L1L2', config: expected });
  });

  test('a net with L2 in nested models, wrappers and stateful layers is converted and deployed', async () => {
    const kernelRegularizer = tf.regularizers.l1l2({ l1: 0, l2: 0.5 });
    const units = (count: number) => tf.layers.dense({ units: count, kernelRegularizer });
    const memory = { units: 4, stateful: true, returnSequences: true, kernelRegularizer } as const;
    const inner = tf.sequential();
    inner.add(tf.layers.inputLayer({ batchInputShape: [2, 3, 6] }));
    inner.add(units(5));
    const model = tf.sequential();
    model.add(tf.layers.gru({ ...memory, batchInputShape: [2, 3, 5] }));
    model.add(tf.layers.timeDistributed({ layer: units(6) }));
    for (const layer of [inner, units(3)]) model.add(layer);
    const path = await savedWithoutDigests(model);
    const file = join(path, 'model.json');
    const [tfjs, keras] = [
      { class_name: 'L1L2', config: { l1: 0, l2: 0.5 } },
      { class_name: 'L2', config: { l2: 0.5 } },
    ].map((regularizer) => JSON.stringify(regularizer));
    const parts = readFileSync(file, 'utf8').split(tfjs!);
    expect(parts).toHaveLength(5);
    writeFileSync(file, parts.join(keras));
    const converted = convert(await load(path));
    const x = randomTensor([2, 3, 5]);
    const { identical, layers } = await verify(converted, deploy(converted), x);
    expect([identical, layers.length]).toEqual([true, 2]);
  });

  test('a GRU with reset_after, which tfjs refuses: the error says what to do', async () => {
    const path = await savedWithoutDigests(
      net(tf.layers.gru({ units: 2, inputShape: [4, 5], name: 'memory' })),
    );
    const artifacts = await editLayer(path, { reset_after: true });
    const loading = tf.loadLayersModel(tf.io.fromMemory(artifacts.modelTopology as never));
    await expect(loading).rejects.toThrow('does not support reset_after');
    await expect(load(path)).rejects.toThrow(
      new RegExp(
        `^folder "${path}": reset_after of GRU "memory" must be false, .*tf\\.keras\\.layers\\.GRU\\(` +
          '\\.\\.\\., reset_after=False\\).*, got true\\.$',
      ),
    );
    await editLayer(path, { reset_after: false });
    expect((await load(path)).layers[0]!.name).toBe('memory');
  });
});

describe('layers that wait for inputs, on which tfjs never ends', () => {
  type Layer = { name: string; class_name: string; inbound_nodes: unknown[] };

  function diamond(): tf.LayersModel {
    const inner = tf.sequential({
      layers: [tf.layers.dense({ units: 3, inputShape: [5] })],
      name: 'inner',
    });
    const shared = tf.layers.dense({ units: 5, name: 'shared' });
    const x = tf.input({ shape: [5], name: 'x' });
    const twice = shared.apply(shared.apply(x)) as tf.SymbolicTensor;
    const [a, b] = [x, twice].map((input) => inner.apply(input) as tf.SymbolicTensor);
    const outputs = tf.layers.add({ name: 'sum' }).apply([a!, b!]) as tf.SymbolicTensor;
    return tf.model({ inputs: x, outputs });
  }

  /** A saved model, with other inputs of one layer. */
  async function withInputs(name: string, change: (calls: unknown[]) => unknown): Promise<string> {
    const path = await savedWithoutDigests(diamond());
    edit(path, (content) => {
      const { config } = content.modelTopology as { config: { layers: Layer[] } };
      const layer = config.layers.find((entry) => entry.name === name)!;
      layer.inbound_nodes = change(layer.inbound_nodes) as unknown[];
      return content;
    });
    return path;
  }

  test('a model with shared layers and models, in any order of its layers, loads', async () => {
    const model = diamond();
    const path = await savedWithoutDigests(model);
    edit(path, (content) => {
      (content.modelTopology as { config: { layers: Layer[] } }).config.layers.reverse();
      return content;
    });
    expectSameOutputs(await load(path), model);
  });

  test.each<[title: string, layer: string, inputs: unknown]>([
    ['a layer that is not there', 'sum', [[['none', 0, 0, {}]]]],
    ['a call that is not there', 'sum', [[['shared', 2, 0, {}]]]],
    ['its own output', 'shared', [[['shared', 0, 0, {}]]]],
    ['the output of one that waits for it', 'shared', [[['sum', 0, 0, {}]]]],
    ['a letter', 'sum', [['inner,1,0']]],
    ['a number', 'sum', [1]],
    ['no list', 'sum', 'inner'],
  ])('%s', async (_title, layer, inputs) => {
    const path = await withInputs(layer, () => inputs);
    await expect(load(path)).rejects.toThrow(
      new RegExp(
        `^folder "${path}": (the inputs|inbound_nodes) of layer "(sum|shared|inner)" .* in model.json must be`,
      ),
    );
  });

  test('a circle through a layer that holds layers', async () => {
    const input = tf.input({ shape: [3, 4] });
    const first = tf.layers.dense({ units: 4, name: 'first' }).apply(input);
    const attention = multiHeadAttention({ numHeads: 2, keyDim: 2, name: 'attention' });
    const outputs = attention.apply(first) as tf.SymbolicTensor;
    const path = await savedWithoutDigests(tf.model({ inputs: input, outputs }));
    edit(path, (content) => {
      const { layers } = (content.modelTopology as { config: { layers: Layer[] } }).config;
      layers.find(({ name }) => name === 'first')!.inbound_nodes = [[['attention', 0, 0, {}]]];
      return content;
    });
    await expect(load(path)).rejects.toThrow(`folder "${path}": the inputs of layer "first"`);
  });

  test('two layers of one name', async () => {
    const path = await savedWithoutDigests(diamond());
    edit(path, (content) => {
      const { layers } = (content.modelTopology as { config: { layers: Layer[] } }).config;
      layers.find(({ name }) => name === 'sum')!.name = 'shared';
      return content;
    });
    await expect(load(path)).rejects.toThrow(
      `folder "${path}": the name of a layer in model.json must be used once, got "shared".`,
    );
  });
});
