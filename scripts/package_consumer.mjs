// What check_package.mjs compiles and runs as somebody who installed the package: programs in strict
// TypeScript that train a step, deploy, verify, save and load, and one that finds places.
import entries from './entries.cjs';

const singlePackages = `
import '@tensorflow/tfjs-backend-cpu';
import * as core from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
const tf = { ...core, ...tfLayers };
`;

const union = `
import * as tf from '@tensorflow/tfjs';
`;

/** The packages to install beside ours, and the imports that go with them. */
export const kinds = {
  'tfjs-core, -layers, -backend-cpu': {
    packages: ['tfjs-core', 'tfjs-layers', 'tfjs-backend-cpu'],
    imports: singlePackages,
  },
  tfjs: { packages: ['tfjs'], imports: union },
};

/** The programs by name, with the imports of a kind. */
export const programs = { layers: layersProgram, places: placesProgram };

function layersProgram(imports) {
  return `${imports}
import type { io as tf_io } from '@tensorflow/tfjs-core';
import { BitLinear, bitLinear, deploy, verify, type Verification } from 'tfjs-bitcore';
import { folder } from 'tfjs-bitcore/folder';
import { setBlend, trainingMetrics, type LayerMetrics } from 'tfjs-bitcore/training';

async function main(): Promise<void> {
  await tf.setBackend('cpu');
  const quantized: BitLinear = bitLinear({
    units: 8,
    inputShape: [4],
    activation: 'relu',
    kernelQuantizer: { name: 'twn', factor: 0.7 },
  });
  if (!(quantized instanceof tf.layers.Layer)) throw new Error('two copies of tfjs-layers');
  const model = tf.sequential({ layers: [quantized, tf.layers.dense({ units: 1 })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const x = tf.randomNormal([32, 4]);
  setBlend(model, 1);
  const metrics = trainingMetrics();
  await model.fit(x, tf.ones([32, 1]), { epochs: 1, verbose: 0, callbacks: [metrics] });
  const looks: LayerMetrics[] = await metrics.look(model);
  if (looks.length !== 1) throw new Error('two copies of BitLinear');
  const deployed: typeof model = deploy(model);
  const verification: Verification = await verify(model, deployed, x);
  if (!verification.identical) throw new Error(JSON.stringify(verification));

  let saved: tf_io.ModelArtifacts | undefined;
  const handler = tf.io.withSaveHandler(async (artifacts) => {
    saved = artifacts;
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  });
  await deployed.save(handler);
  const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved!));
  const again = await verify(model, loaded, x);
  if (!again.identical) throw new Error(JSON.stringify(again));

  const float = tf.sequential({
    layers: [tf.layers.dense({ units: 8, inputShape: [4] }), tf.layers.dense({ units: 1 })],
  });
  await float.save(folder('saved/float'));
  const { layers } = await tf.loadLayersModel(folder('saved/float'));
  if (layers.length !== 2) throw new Error('folder');
  console.log('verified');
}

// The types must be found, or this would be no error.
// @ts-expect-error
export const wrong = (): unknown => bitLinear({ units: '8' });

void main();
`;
}

function placesProgram(imports) {
  return `${imports}
import type { Tensor } from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { deploy, verify, type Verification } from 'tfjs-bitcore';
import { memoryEngine, placeIndex, recallAtK, type PlaceMatch } from 'tfjs-bitcore/retrieval';
import { metricLoss, placeBatches, type MetricLoss } from 'tfjs-bitcore/training';
import {
  binaryDescriptor,
  gemPooling,
  packBits,
  unitLength,
  visionTransformer,
  type VisionTransformerOptions,
} from 'tfjs-bitcore/vision';

const BITS = 16;
const PLACES = 4;
const options: VisionTransformerOptions = {
  ...{ imageSize: 8, patchSize: 4, width: 8, depth: 2, numHeads: 2, style: 'tetra', ternary: true },
};

async function main(): Promise<void> {
  await tf.setBackend('cpu');
  const backbone = visionTransformer(options);
  const tokens = backbone.outputs[0];
  const floats = unitLength().apply(gemPooling({ units: BITS }).apply(tokens));
  const net = tf.model({ inputs: backbone.inputs, outputs: floats as SymbolicTensor });
  const loss: MetricLoss = metricLoss();
  net.compile({ optimizer: 'sgd', loss });
  const views = tf.randomNormal([2 * PLACES, 8, 8, 3]);
  const placeOf = Array.from({ length: 2 * PLACES }, (_, i) => Math.floor(i / 2));
  const batches = placeBatches(views, placeOf, { places: PLACES, views: 2, seed: 1 });
  const history = await net.fitDataset(batches, { epochs: 1, verbose: 0 });
  if (!Number.isFinite(history.history.loss[0])) throw new Error('metricLoss');

  const signs = binaryDescriptor().apply(net.outputs[0]) as SymbolicTensor;
  const binary = tf.model({ inputs: net.inputs, outputs: signs });
  const deployed: typeof net = deploy(binary);
  const verification: Verification = await verify(binary, deployed, views);
  if (!verification.identical) throw new Error(JSON.stringify(verification));

  const described = deployed.predict(views) as Tensor;
  const codes = packBits((await described.data()) as Float32Array, BITS);
  const codeOf = (i: number): Uint8Array => codes.subarray((i * BITS) / 8, ((i + 1) * BITS) / 8);
  const engine = memoryEngine();
  const index = await placeIndex({ bits: BITS, engine });
  await index.add(
    placeOf.map((place, i) => ({
      id: String(i),
      descriptor: codeOf(i),
      position: { east: 10 * place, north: 0 },
    })),
  );
  const from = { east: 0, north: 0 };
  const found: PlaceMatch[][] = await index.search(codes, { k: 3, from });
  if (found.some(([{ distance }]) => distance !== 0)) throw new Error('search');
  if (found[0][0].metres !== 10 * placeOf[Number(found[0][0].id)]) throw new Error('metres');
  const right = placeOf.map((place) => placeOf.flatMap((other, i) => (other === place ? [i] : [])));
  const ids = found.map((matches) => matches.map(({ id }) => Number(id)));
  if (!(recallAtK(ids, right, 3) > 0)) throw new Error('recallAtK');

  const saved: Uint8Array = await engine.save();
  await index.close();
  const again = await placeIndex({ bits: BITS, engine: memoryEngine({ saved }) });
  const foundAgain = await again.search(codes, { k: 3, from });
  if (JSON.stringify(foundAgain) !== JSON.stringify(found)) throw new Error('saved');
  await again.close();
  console.log('verified');
}

// The types must be found, or these would be no errors.
// @ts-expect-error
export const wrongNet = (): unknown => visionTransformer({ imageSize: '8' });
// @ts-expect-error
export const wrongIndex = (): unknown => placeIndex({ bits: 8 });

void main();
`;
}

/** `require` and `import` in one process must give one copy of each entry, registered once. */
export const bothForms = `
const assert = require('node:assert');
const warnings = [];
console.warn = (...args) => warnings.push(args.join(' '));

async function main() {
  for (const entry of ${JSON.stringify(Object.keys(entries))}) {
    const name = entry === 'index' ? 'tfjs-bitcore' : 'tfjs-bitcore/' + entry;
    const [imported, required] = [await import(name), require(name)];
    assert.deepEqual(Object.keys(imported), Object.keys(required).sort());
    for (const [key, value] of Object.entries(imported)) assert(value === required[key], key);
  }
  assert.deepEqual(warnings, []);
  console.log('verified');
}
main();
`;
