import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { bitLinear, deploy } from 'tfjs-bitcore';
import { folder } from '../../examples/support/folder';
import { productValues } from '../hosts/values';
import { KINDS, WIDTHS, type Kind } from './plan';

/** Different rows that clients send. */
const ROWS = 64;

export interface Questions {
  /** Bodies of requests, each with one row. */
  readonly bodies: readonly string[];
  /** The outputs for each body, as the model itself computes them. */
  readonly expected: Readonly<Record<Kind, ReadonlyArray<readonly number[]>>>;
}

/** Saves the net in float32 and deployed, each to a folder below `path`, and computes what they answer. */
export async function saveModels(path: string): Promise<Questions> {
  const rows = makeRows();
  const [inputs] = WIDTHS;
  const x = tf.tensor2d(rows.flat(), [ROWS, inputs]);
  const ternary = net((args) => bitLinear(args));
  const models = { float32: net((args) => tf.layers.dense(args)), deployed: deploy(ternary) };
  const expected = {} as Record<Kind, number[][]>;
  for (const kind of KINDS) {
    await models[kind].save(folder(join(path, kind)));
    const y = models[kind].predict(x) as tf.Tensor2D;
    expected[kind] = await y.array();
    y.dispose();
  }
  for (const disposable of [x, ternary, models.float32, models.deployed]) disposable.dispose();
  const bodies = rows.map((row) => JSON.stringify({ instances: [row] }));
  return { bodies, expected };
}

/** Numbers of three decimals, as a client would send. */
function makeRows(): number[][] {
  const [inputs] = WIDTHS;
  const { x } = productValues({ m: ROWS, k: inputs, n: 1 });
  const values = Array.from(x, (value) => Math.round(1000 * value) / 1000);
  return Array.from({ length: ROWS }, (_, i) => values.slice(i * inputs, (i + 1) * inputs));
}

type LayerArgs = Parameters<typeof tf.layers.dense>[0] & Parameters<typeof bitLinear>[0];

function net(makeLayer: (args: LayerArgs) => tf.layers.Layer): tf.Sequential {
  const [inputs, ...widths] = WIDTHS;
  const model = tf.sequential();
  for (const [i, units] of widths.entries()) {
    const activation = i === widths.length - 1 ? 'linear' : 'relu';
    // tfjs's default initializer takes seconds here.
    const args: LayerArgs = { units, activation, kernelInitializer: 'glorotUniform' };
    model.add(makeLayer(i === 0 ? { ...args, inputShape: [inputs] } : args));
  }
  return model;
}
