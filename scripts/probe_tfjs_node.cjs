// Exits with an error unless tfjs-node loads, computes, and uses the same tfjs as this repository:
// with two copies, layers of one are unknown to the other.
require('./restore_node_util.cjs');
const assert = require('node:assert');
const layers = require('@tensorflow/tfjs-layers');
const core = require('@tensorflow/tfjs-core');
const tf = require('@tensorflow/tfjs-node');

assert.equal(tf.getBackend(), 'tensorflow');
const product = tf.matMul([[1, 2]], [[3], [4]]);
assert.deepEqual([...product.dataSync()], [11]);
assert(tf.layers.Layer === layers.layers.Layer, 'tfjs-node brings its own tfjs-layers');
assert(tf.Tensor === core.Tensor, 'tfjs-node brings its own tfjs-core');
console.log(tf.backend().binding.TF_Version);
