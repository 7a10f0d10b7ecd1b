import * as tf from '@tensorflow/tfjs';
import { bitLinear, deploy, verify, type BitLinearOptions } from 'tfjs-bitcore';
import { randomFloats, randomTensor } from '../../support/values';
import { mismatch } from '../../support/compare';
import { present } from '../../support/present';

const [ROWS, INPUTS, UNITS, OUTPUTS] = [6, 70, 24, 5];
/** Float sums of backends differ in their order. */
const TOLERANCE = 1e-5;

/** The life of one layer on a backend: train, deploy, verify, save, load. What went wrong in it. */
export async function layerLife(
  backend: string,
  options: Partial<BitLinearOptions>,
): Promise<string[]> {
  const { numTensors } = tf.memory();
  const failures: string[] = [];
  const check = (what: string, problem: string | undefined) => {
    if (problem != null) failures.push(`${what}: ${problem}`);
  };
  const x = randomTensor([ROWS, INPUTS], 5);
  const model = await trained(x, options, check);
  await compareTraining(backend, model, x, options, check);
  const deployed = deploy(model);
  const words = wordsOf(deployed);
  await checkVerification(model, deployed, x, check);
  for (const store of ['indexeddb', 'localstorage']) {
    await checkSaved(`${store}://bitcore`, deployed, x, words, check);
  }
  check('packed words after predict', mismatch(wordsOf(deployed), words, 0));
  if (isOnGpu(packedOf(deployed))) check('packed words', 'were uploaded to the GPU');
  check('outputs against cpu', await onBothBackends(backend, deployed, x));
  check('outputs of the same weights written anew', await rewritten(deployed, x));
  for (const disposable of [x, model, deployed]) disposable.dispose();
  const left = tf.memory().numTensors - numTensors;
  if (left !== 0) check('tensors left behind', String(left));
  return failures;
}

type Check = (what: string, problem: string | undefined) => void;

function newModel(options: Partial<BitLinearOptions>): tf.Sequential {
  const layers = [
    bitLinear({ units: UNITS, inputShape: [INPUTS], activation: 'relu', ...options }),
    tf.layers.dense({ units: OUTPUTS }),
  ];
  const model = tf.sequential({ layers });
  tf.tidy(() => {
    layers[0].setWeights([randomTensor([INPUTS, UNITS], 1), randomTensor([UNITS], 2)]);
    layers[1].setWeights([randomTensor([UNITS, OUTPUTS], 3), randomTensor([OUTPUTS], 4)]);
  });
  return model;
}

async function trained(x: tf.Tensor, options: Partial<BitLinearOptions>, check: Check) {
  const model = newModel(options);
  const before = weightValues(model);
  model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
  const y = tf.tensor2d(randomFloats(ROWS * OUTPUTS, 6), [ROWS, OUTPUTS]);
  await model.fit(x, y, { epochs: 1, batchSize: ROWS, shuffle: false, verbose: 0 });
  y.dispose();
  weightValues(model).forEach((values, i) => {
    const name = model.weights[i].originalName;
    if (mismatch(values, before[i], 0) == null) check(name, 'a training step did not change it');
    if (!values.every(Number.isFinite)) check(name, 'a training step made it NaN or infinite');
  });
  model.optimizer.dispose();
  return model;
}

/** The same step on the cpu backend gives the same weights. */
async function compareTraining(
  backend: string,
  model: tf.LayersModel,
  x: tf.Tensor,
  options: Partial<BitLinearOptions>,
  check: Check,
): Promise<void> {
  const values = weightValues(model);
  await tf.setBackend('cpu');
  const reference = await trained(x, options, () => undefined);
  weightValues(reference).forEach((expected, i) => {
    check(`${model.weights[i].originalName} against cpu`, mismatch(values[i], expected, TOLERANCE));
  });
  reference.dispose();
  await tf.setBackend(backend);
}

async function checkVerification(
  model: tf.LayersModel,
  deployed: tf.LayersModel,
  x: tf.Tensor,
  check: Check,
): Promise<void> {
  const verification = await verify(model, deployed, x);
  const kept = verification.layers.length === 1 && verification.layers[0].kept;
  if (!kept) check('verify', JSON.stringify(verification));
}

async function checkSaved(
  url: string,
  deployed: tf.LayersModel,
  x: tf.Tensor,
  words: ArrayLike<number>,
  check: Check,
): Promise<void> {
  const before = await predicted(deployed, x);
  await deployed.save(url);
  const loaded = await tf.loadLayersModel(url);
  await tf.io.removeModel(url);
  check(`${url}, packed words`, mismatch(wordsOf(loaded), words, 0));
  check(`${url}, outputs`, mismatch(await predicted(loaded, x), before, 0));
  check(`${url}, packed words after predict`, mismatch(wordsOf(loaded), words, 0));
  loaded.dispose();
}

/** New data for the same weights: what was held beside the old is to go. */
async function rewritten(model: tf.LayersModel, x: tf.Tensor): Promise<string | undefined> {
  const before = await predicted(model, x);
  const weights = model.getWeights().map((t) => tf.tensor(t.dataSync().slice(), t.shape, t.dtype));
  model.setWeights(weights);
  tf.dispose(weights);
  return mismatch(await predicted(model, x), before, 0);
}

async function onBothBackends(backend: string, model: tf.LayersModel, x: tf.Tensor) {
  const here = await predicted(model, x);
  await tf.setBackend('cpu');
  const there = await predicted(model, x);
  await tf.setBackend(backend);
  return mismatch(here, there, TOLERANCE);
}

async function predicted(model: tf.LayersModel, x: tf.Tensor): Promise<ArrayLike<number>> {
  const y = model.predict(x) as tf.Tensor;
  const values = await y.data();
  y.dispose();
  return values;
}

function weightValues(model: tf.LayersModel): Float32Array[] {
  return model.weights.map((weight) => weight.read().dataSync<'float32'>().slice());
}

function packedOf(model: tf.LayersModel): tf.Tensor {
  return present(model.weights.find(({ originalName }) => originalName.endsWith('/packed'))).read();
}

function wordsOf(model: tf.LayersModel): Int32Array {
  return packedOf(model).dataSync<'int32'>().slice();
}

/** What is used here of tfjs's WebGL and WebGPU backends. */
interface GpuBackend {
  readonly texData?: { get(dataId: object): { texture?: unknown } };
  readonly tensorMap?: { get(dataId: object): { resource?: unknown } };
}

function isOnGpu({ dataId }: tf.Tensor): boolean {
  const { texData, tensorMap } = tf.backend() as unknown as GpuBackend;
  return texData?.get(dataId).texture != null || tensorMap?.get(dataId).resource != null;
}
