import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { deploy } from 'tfjs-bitcore';
import { folder } from 'tfjs-bitcore/folder';
import { floatNet, ternaryNet } from '../hosts/net';
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
  const float32 = floatNet(WIDTHS);
  const ternary = ternaryNet(float32);
  const models = { float32, deployed: deploy(ternary) };
  const expected = {} as Record<Kind, number[][]>;
  for (const kind of KINDS) {
    await models[kind].save(folder(join(path, kind)));
    const y = models[kind].predict(x) as tf.Tensor2D;
    expected[kind] = await y.array();
    y.dispose();
  }
  for (const disposable of [x, ternary, float32, models.deployed]) disposable.dispose();
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
