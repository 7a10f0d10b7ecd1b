import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { deploy } from 'tfjs-bitcore';
import { folder } from 'tfjs-bitcore/folder';
import { floatNet, ternaryNet } from '../hosts/net';
import { productValues } from '../hosts/values';
import { KINDS, type Kind } from './plan';

/** Different rows that clients send. */
const ROWS = 64;

export interface Rows {
  /** The rows that clients send, each in a request of its own. */
  readonly rows: ReadonlyArray<readonly number[]>;
  /** The name of the input of each model. */
  readonly input: Readonly<Record<Kind, string>>;
  /** The outputs for each row, as the model itself computes them. */
  readonly expected: Readonly<Record<Kind, ReadonlyArray<readonly number[]>>>;
}

/** Saves the net in float32 and deployed, each to a folder below `path`, and computes what they answer. */
export async function saveModels(path: string, widths: readonly number[]): Promise<Rows> {
  const [inputs] = widths;
  const rows = makeRows(inputs);
  const x = tf.tensor2d(rows.flat(), [ROWS, inputs]);
  const float32 = floatNet(widths);
  const ternary = ternaryNet(float32);
  const models = { float32, deployed: deploy(ternary) };
  const expected = {} as Record<Kind, number[][]>;
  const input = {} as Record<Kind, string>;
  for (const kind of KINDS) {
    await models[kind].save(folder(join(path, kind)));
    const y = models[kind].predict(x) as tf.Tensor2D;
    expected[kind] = await y.array();
    input[kind] = models[kind].inputs[0].sourceLayer.name;
    y.dispose();
  }
  for (const disposable of [x, ternary, float32, models.deployed]) disposable.dispose();
  return { rows, input, expected };
}

/** Numbers of three decimals, as a client would send. */
function makeRows(inputs: number): number[][] {
  const { x } = productValues({ m: ROWS, k: inputs, n: 1 });
  const values = Array.from(x, (value) => Math.round(1000 * value) / 1000);
  return Array.from({ length: ROWS }, (_, i) => values.slice(i * inputs, (i + 1) * inputs));
}
