/** What is measured in turns: this package and its float original of TensorFlow.js, in one process. */
import * as tf from '@tensorflow/tfjs';
import { bitLinear, deploy, layerNormalization } from 'tfjs-bitcore';
import { buildNet } from '../../examples/support/net';
import { floatNet, ternaryNet } from '../hosts/net';
import { reading, resident } from '../hosts/tfjs';
import { productValues } from '../hosts/values';

export interface Pair {
  readonly what: string;
  /** The least ratio on wasm that was set as a goal, with the relaxed engines and with simd128. */
  readonly goal: { readonly relaxed: number; readonly simd128: number };
  /** Calls of this package and of the float original, and what to dispose of afterwards. */
  prepare(): Prepared;
}

interface Prepared {
  readonly ours: () => void;
  readonly float: () => void;
  readonly owned: ReadonlyArray<{ dispose(): unknown }>;
}

export const PAIRS: readonly Pair[] = [
  oneLayer(1, 4096, 4096, { relaxed: 7, simd128: 4 }),
  oneLayer(128, 1024, 1024, { relaxed: 3.5, simd128: 2.5 }),
  digitNet(),
  normalization(128, 256),
  normalization(530, 768),
];

function oneLayer(rows: number, inputs: number, units: number, goal: Pair['goal']): Pair {
  const prepare = () => {
    const float = floatNet([inputs, units]);
    return predictions(float, ternaryNet(float), rows, inputs);
  };
  return { what: `predict of one layer, ${rows},${inputs},${units}`, goal, prepare };
}

/** The net of `npm start`, and the same net of layers of TensorFlow.js alone. */
function digitNet(): Pair {
  const prepare = () => {
    const float = buildNet(tf.layers.dense, 1, tf.layers.layerNormalization);
    return predictions(float, buildNet(bitLinear, 1), 1, 784);
  };
  const what = 'predict of the net 784-256-256-10 with layer normalizations, 1 row';
  return { what, goal: { relaxed: 1.7, simd128: 1.7 }, prepare };
}

function predictions(
  float: tf.Sequential,
  trained: tf.Sequential,
  rows: number,
  inputs: number,
): Prepared {
  const deployed = deploy(trained);
  trained.dispose();
  const x = values(rows, inputs);
  return {
    ours: reading(() => deployed.predict(x) as tf.Tensor),
    float: reading(() => float.predict(x) as tf.Tensor),
    owned: [deployed, float, x],
  };
}

function normalization(rows: number, features: number): Pair {
  const prepare = () => {
    const x = values(rows, features);
    const [ours, float] = [layerNormalization(), tf.layers.layerNormalization()];
    const forward = (layer: tf.layers.Layer) => () => (layer.apply(x) as tf.Tensor).dispose();
    for (const layer of [ours, float]) forward(layer)(); // builds it
    return { ours: forward(ours), float: forward(float), owned: [ours, float, x] };
  };
  const what = `layer normalization, ${rows} x ${features}`;
  return { what, goal: { relaxed: 10, simd128: 10 }, prepare };
}

function values(rows: number, columns: number): tf.Tensor2D {
  const { x } = productValues({ m: rows, k: columns, n: 1 });
  return resident(tf.tensor2d(x, [rows, columns]));
}
