// What the examples of README and docstrings find around them: tf, the package's entries, a model and its
// data.
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import * as bitcore from 'tfjs-bitcore';
import * as training from 'tfjs-bitcore/training';
import * as vision from 'tfjs-bitcore/vision';

const model = tf.sequential({
  layers: [bitcore.bitLinear({ units: 8, inputShape: [784] }), tf.layers.dense({ units: 10 })],
});
const x = tf.randomNormal([32, 784]);
const labels = Array.from({ length: 32 }, (_, i) => i % 10);
const y = tf.oneHot(tf.tensor1d(labels, 'int32'), 10);
Object.assign(globalThis, bitcore, training, vision, { tf, assert, model, x, y });

// Only browsers can download: here the files are dropped.
const save = () =>
  Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
tf.io.registerSaveRouter((url) => (String(url).startsWith('downloads://') ? { save } : null));
