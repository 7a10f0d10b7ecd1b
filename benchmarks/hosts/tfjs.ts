import * as tf from '@tensorflow/tfjs';
import { deploy, engineInfo, packTernary, ready, ternaryMatMul } from 'tfjs-bitcore';
import { importTfjsNode } from '../peers';
import { OURS, WIDTHS, type HostName, type Shape, type Task } from '../plan';
import type { Host, Subject } from './host';
import { floatNet, ternaryNet } from './net';
import { productValues } from './values';

/** This package and tfjs itself, in float32, on one of tfjs's backends. */
export async function openTfjs(backend: 'cpu' | 'wasm' | 'tensorflow'): Promise<Host> {
  await startBackend(backend);
  // Its peers on wasm have one thread.
  if (backend === 'wasm') tf.env().set('BITCORE_THREADS', 1);
  const peer = backend === 'tensorflow' ? 'tfjs-node' : `tfjs ${backend}`;
  let toDispose: Array<{ dispose(): unknown }> = [];
  return {
    engine: engineNames,
    prepare: (task: Task) => {
      const { subjects, owned } =
        task.kind === 'product' ? product(peer, task.shape) : predict(peer, task.batch);
      toDispose = owned;
      return Promise.resolve(subjects);
    },
    release: () => {
      for (const thing of toDispose) thing.dispose();
      toDispose = [];
    },
  };
}

/** "relaxedDot16", or "relaxedDot16 (rows: relaxedDot32)" where another engine computes several rows. */
export function engineNames(): string {
  const { engine, engineOfRows } = engineInfo();
  return engine === engineOfRows ? engine : `${engine} (rows: ${engineOfRows})`;
}

export async function startBackend(backend: HostName): Promise<void> {
  if (backend === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
  if (backend === 'tensorflow') await importTfjsNode();
  if (!(await tf.setBackend(backend))) throw new Error(`The backend ${backend} did not start.`);
  await ready();
}

interface Prepared {
  readonly subjects: Subject[];
  readonly owned: Array<{ dispose(): unknown }>;
}

function product(peer: string, { m, k, n }: Shape): Prepared {
  const values = productValues({ m, k, n });
  const x = resident(tf.tensor2d(values.x, [m, k]));
  const ternary = tf.tensor2d(Float32Array.from(values.ternary), [k, n]);
  const kernel = resident(tf.mul(ternary, values.scale));
  const packed = packTernary(ternary);
  ternary.dispose();
  const bias = tf.tensor1d(values.bias);
  const scale = tf.tensor1d([values.scale]);
  return {
    subjects: [
      { name: OURS, call: reading(() => ternaryMatMul({ x, packed, scale, bias })) },
      { name: peer, call: reading(() => tf.fused.matMul({ a: x, b: kernel, bias })) },
    ],
    owned: [x, kernel, packed, bias, scale],
  };
}

/** As the output of an op, where the backend keeps those: inputs usually come from the op before. */
export function resident<T extends tf.Tensor>(values: T): T {
  const output = tf.add<T>(values, 0);
  values.dispose();
  return output;
}

/** A call that reads its output, as a caller does. */
export function reading(compute: () => tf.Tensor): () => void {
  return () => {
    const y = compute();
    y.dataSync();
    y.dispose();
  };
}

function predict(peer: string, batch: number): Prepared {
  const { x: values } = productValues({ m: batch, k: WIDTHS[0], n: 1 });
  const x = resident(tf.tensor2d(values, [batch, WIDTHS[0]]));
  const float = floatNet(WIDTHS);
  const trained = ternaryNet(float);
  const deployed = deploy(trained);
  trained.dispose();
  return {
    subjects: [
      { name: OURS, call: reading(() => deployed.predict(x) as tf.Tensor) },
      { name: peer, call: reading(() => float.predict(x) as tf.Tensor) },
    ],
    owned: [x, float, deployed],
  };
}
