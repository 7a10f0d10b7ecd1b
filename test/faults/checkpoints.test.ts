import * as tf from '@tensorflow/tfjs';
import { bitLinear } from '../../src';
import { loadCheckpoint, saveCheckpoint, setBlend } from '../../src/training';
import { digestOf } from '../../src/training/checkpoint/digest';
import { optimizerState } from '../../src/tfjs/optimizer_fields';
import { ternarySites } from '../../src/topology/ternary_sites';
import { randomSource, randomTensor } from '../support/values';
import { printFigure } from './support/figures';
import { damageJson, pick } from './support/json_damage';

const COUNT = 1500;

/** The numbers of a content by which training goes on: other ones are another state, which is as good. */
const NUMBERS =
  /^metadata\.(epoch|optimizer\.(iterations|learningRate)|layers\.\d\.blend)$|^metadata\.layers$/;

/** The parts of a checkpoint, as a storage returns them. */
interface Parts {
  metadata: Record<string, unknown>;
  specs: unknown[];
  data: ArrayBuffer;
}

function compiled(seed: number): tf.LayersModel {
  const kernelInitializer = tf.initializers.glorotUniform({ seed });
  const [input, shape] = [tf.input({ batchShape: [4, 3, 2] }), { inputQuantizer: 'none' } as const];
  const recurrent = tf.layers.simpleRNN({ units: 3, stateful: true, kernelInitializer });
  const first = recurrent.apply(input) as tf.SymbolicTensor;
  const second = bitLinear({ units: 3, kernelInitializer, ...shape }).apply(first);
  const third = bitLinear({ units: 3, kernelInitializer, kernelQuantizer: 'lsq' });
  const outputs = third.apply(second as tf.SymbolicTensor) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs });
  model.compile({ optimizer: tf.train.adam(seed / 100), loss: 'meanSquaredError' });
  return model;
}

async function trained(seed: number, steps: number): Promise<tf.LayersModel> {
  const model = compiled(seed);
  setBlend(model, seed / 10);
  const [x, y] = [randomTensor([4, 3, 2], seed), randomTensor([4, 3], seed + 1)];
  for (let i = 0; i < steps; i++) await model.trainOnBatch(x, y);
  tf.dispose([x, y]);
  return model;
}

async function saved(model: tf.LayersModel, epoch: number): Promise<Parts> {
  let stored: tf.io.ModelArtifacts | undefined;
  const save = async (artifacts: tf.io.ModelArtifacts) => {
    stored = artifacts;
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } as const };
  };
  await saveCheckpoint(model, { save }, { epoch });
  const { userDefinedMetadata, weightSpecs, weightData } = stored!;
  const metadata = userDefinedMetadata!['TfjsBitcoreCheckpoint' as never] as object;
  return JSON.parse(JSON.stringify({ metadata, specs: weightSpecs }), (key, value: unknown) =>
    key === '' ? { ...(value as object), data: weightData } : value,
  ) as Parts;
}

/** In the format of 0.1.0: without a version, a digest and the states of recurrent layers. */
function ofFormat1({ metadata, specs, data }: Parts): Parts {
  const { version, digest, ...content } = metadata;
  expect([version, digest]).toEqual([2, expect.stringMatching(/^[0-9a-f]{8}$/)]);
  const own = specs.filter((spec) => !(spec as { name: string }).name.startsWith('state/'));
  // The state, of 4 rows of 3 floats, is the last tensor.
  return { metadata: content, specs: own, data: data.slice(0, data.byteLength - 4 * 4 * 3) };
}

/** Fits what the digest is about, as if this package had written it. */
function withNewDigest(parts: Parts): Parts {
  const { digest, ...versioned } = parts.metadata;
  const bytes = new Uint8Array(parts.data);
  const anew = typeof digest === 'string' ? digestOf([versioned, parts.specs], bytes) : digest;
  return { ...parts, metadata: { ...parts.metadata, ...(anew != null && { digest: anew }) } };
}

function copyOf({ metadata, specs, data }: Parts): Parts {
  const json = JSON.parse(JSON.stringify({ metadata, specs })) as Omit<Parts, 'data'>;
  return { ...json, data: data.slice(0) };
}

/** What was damaged: the values of tensors, or another part by its path. */
function damage(parts: Parts, random: () => number): string {
  if (random() < 0.7) {
    const { metadata, specs } = parts;
    return damageJson({ metadata, specs }, random).path;
  }
  const { byteLength } = parts.data;
  const at = Math.floor(random() * byteLength);
  const bytes = new Uint8Array(parts.data);
  switch (pick(random, ['cut', 'longer', 'bit', 'zeros', 'random'])) {
    case 'cut':
      parts.data = parts.data.slice(0, at);
      return 'size';
    case 'longer':
      parts.data = tf.io.concatenateArrayBuffers([parts.data, new ArrayBuffer(1 + (at % 9))]);
      return 'size';
    case 'bit':
      bytes[at]! ^= 1 << Math.floor(random() * 8);
      return 'values';
    case 'zeros':
      bytes.fill(0, at, at + 64);
      return 'values';
    default:
      bytes[at] = Math.floor(random() * 256);
      return 'values';
  }
}

function handler({ metadata, specs, data }: Parts): tf.io.IOHandler {
  const artifacts = {
    weightSpecs: specs as tf.io.WeightsManifestEntry[],
    weightData: data,
    userDefinedMetadata: { TfjsBitcoreCheckpoint: metadata },
  };
  return Object.assign({ load: async () => artifacts }, { path: 'run/7' });
}

/** All that a checkpoint holds, bit for bit, and what is in memory. */
function stateOf(model: tf.LayersModel): string {
  const bits = (tensor: tf.Tensor) => [...new Uint32Array(tensor.dataSync().slice().buffer)];
  const optimizer = optimizerState(model.optimizer).map(([field, value]) => [
    field,
    Array.isArray(value) ? value.map(({ variable }) => bits(variable)) : bits(value),
  ]);
  const recurrent = model.layers[1] as unknown as { getStates(): tf.Tensor[] };
  return JSON.stringify({
    weights: model.weights.map((weight) => bits(weight.read())),
    states: recurrent.getStates().map(bits),
    optimizer,
    numbers: [model.optimizer.iterations, model.optimizer.getConfig()],
    blends: ternarySites(model).map(({ layer }) => layer.ternaryKernel.blend),
    memory: tf.memory().numTensors,
  });
}

/** Loads, and tells what came of it; a loaded state is compared with the right one. */
async function outcome(model: tf.LayersModel, parts: Parts, right: string, epoch: number) {
  const before = stateOf(model);
  const result = await loadCheckpoint(model, handler(parts)).catch((error: Error) => error);
  if (result instanceof Error) {
    expect(stateOf(model)).toBe(before);
    expect(result.message).toMatch(/^loadCheckpoint from "run\/7": .+ (must be|has no) /s);
    return 'refused';
  }
  return stateOf(model) === right && result.epoch === epoch ? 'same' : 'other';
}

describe.each([
  ['with its digest', (parts: Parts) => parts, (parts: Parts) => parts],
  ['of format 1, without a digest', ofFormat1, (parts: Parts) => parts],
  ['with a digest made after the damage', (parts: Parts) => parts, withNewDigest],
])('a checkpoint %s, changed at random', (kind, form, finish) => {
  test('loads the same state, or is refused and nothing has changed', async () => {
    const random = randomSource(14);
    const source = await trained(3, 4);
    const original = form(await saved(source, 7));
    const model = await trained(5, 3);
    const start = await saved(model, 1);
    // The adam of the fresh model has slots from here on, so that the number of tensors stays.
    await loadCheckpoint(model, handler(original));
    const right = stateOf(model);
    await loadCheckpoint(model, handler(start));
    expect(stateOf(model)).not.toBe(right);
    const counts = { same: 0, refused: 0, other: 0 };
    for (let i = 0; i < COUNT; i++) {
      const parts = copyOf(original);
      const damaged = damage(parts, random);
      const result = await outcome(model, finish(parts), right, 7);
      counts[result]++;
      if (result === 'other' && (kind === 'with its digest' || !isValue(damaged))) {
        throw new Error(`Change ${i}, of ${damaged}, was loaded as another state.`);
      }
      if (result !== 'refused') await loadCheckpoint(model, handler(start));
    }
    const { same, refused, other } = counts;
    printFigure(
      `${COUNT} changes of a checkpoint ${kind}: ${refused} refused, ${same} without effect, ` +
        `${other} with other numbers that are as good.`,
    );
    expect(refused).toBeGreaterThan(COUNT / 2);
    expect(same).toBeGreaterThan(0);
  });
});

/** Without a digest that tells, these cannot be known from the right ones. */
function isValue(damaged: string): boolean {
  return damaged === 'values' || NUMBERS.test(damaged);
}
