// What check_package.mjs compiles and runs as somebody who installed the package: programs in strict
// TypeScript that train a step, deploy, verify, save and load.
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

export function program(imports) {
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
