import * as tf from '@tensorflow/tfjs';
import {
  convert,
  type ConvertOptions,
  deploy,
  disposeModel,
  planConversion,
  summary,
  verify,
} from '../../src';
import { folder } from '../../src/io/folder';
import { recommend } from '../../src/training';
import { layerSites } from '../../src/topology/layer_sites';
import { removeFolders, saved } from '../support/folders';
import { memory } from '../support/leaks';
import { structureOf, weightValues } from '../support/models';
import { topology } from '../support/topologies';
import { expectIdentical, randomTensor } from '../support/values';
import { present } from '../support/present';

/** Dense layers alone: convolutions have tests of their own. */
const layers: ConvertOptions['layers'] = ['dense'];

interface Topology {
  reasons: Record<string, string | null>;
  byteShare: number;
  options: ConvertOptions;
  /** Stands for the axes that the inputs leave open. */
  steps?: number;
}

const TOPOLOGIES: Record<string, Topology> = {
  // Three Dense layers behind global pooling hold little of a MobileNet.
  nsfwjs_mobilenet_v2: {
    reasons: { dense_1: null, dense_2: null, dense_3: 'output of the model' },
    byteShare: 0.138,
    options: { layers },
  },
  tfjs_layers_mnist: {
    reasons: { dense_1: null, dense_2: 'output of the model' },
    byteShare: 0.983,
    options: { layers },
  },
  // One Dense on rank 3, behind LSTM layers and an output of the model.
  tfjs_layers_seq2seq: {
    reasons: { dense_1: null },
    byteShare: 0.034,
    options: { layers, convertOutputs: true },
    steps: 3,
  },
};

// tfjs warns that it cannot save a recurrent layer's initialState; it saves it as an input.
beforeEach(() => jest.spyOn(console, 'warn').mockImplementation());
afterEach(() => jest.restoreAllMocks());
afterAll(removeFolders);

/** What becomes of normalizations, by their classes. */
const NORMALIZATIONS: Record<string, string> = { BatchNormalization: 'BatchNorm' };

describe.each(Object.entries(TOPOLOGIES))('%s', (name, topologyCase) => {
  const { reasons, byteShare, options, steps } = topologyCase;

  test('the plan names its Dense layers and their share', async () => {
    const { layers, totals } = planConversion(await topology(name), options);
    expect(Object.fromEntries(layers.map(({ path, reason }) => [path, reason]))).toEqual(reasons);
    expect(totals.byteShare).toBeCloseTo(byteShare, 3);
  });

  test('converts with the same weights, names and topology', async () => {
    const before = memory();
    const model = await topology(name);
    const converted = convert(model, { ...options, kernelQuantizer: 'twn' });
    const classes = (m: tf.LayersModel) =>
      [...layerSites(m)].map(({ layer, path }) => [path, layer.getClassName()]);
    const expected = classes(model).map(([path, name]) => [
      path,
      reasons[path] === null ? 'BitLinear' : (NORMALIZATIONS[name] ?? name),
    ]);
    expect(classes(converted)).toEqual(expected);
    expect(structureOf(converted).outputs).toEqual(structureOf(model).outputs);
    expect(weightValues(converted)).toEqual(weightValues(model));
    const trainable = (m: tf.LayersModel) =>
      m.trainableWeights.map((weight) => weight.originalName);
    expect(trainable(converted)).toEqual(trainable(model));
    disposeModel(model);
    disposeModel(converted);
    expect(memory()).toEqual(before);
  });

  test('outputs: the copy gives those of the source, the deployed one those of the converted', async () => {
    const model = await topology(name);
    const x = model.inputs.map(({ shape }, i) =>
      randomTensor([1, ...shape.slice(1).map((size) => size ?? present(steps))], i + 1),
    );
    const predict = (m: tf.LayersModel) => m.predict(x) as tf.Tensor;
    expectIdentical(predict(convert(model, { skip: '*' })), predict(model));
    const converted = convert(model, options);
    const deployed = await tf.loadLayersModel(folder(await saved(deploy(converted))));
    expectIdentical(predict(deployed), predict(converted));
    expect((await verify(converted, deployed, x)).identical).toBe(true);
  }, 120_000);

  test('the summary and the advice are about its layers', async () => {
    const converted = convert(await topology(name), options);
    const paths = Object.keys(reasons).filter((path) => reasons[path] === null);
    const { layers } = summary(converted);
    expect(
      layers.filter(({ className }) => className === 'BitLinear').map(({ path }) => path),
    ).toEqual(paths);
    expect([...new Set(recommend(converted).map(({ path }) => path))]).toEqual(paths);
  });
});
