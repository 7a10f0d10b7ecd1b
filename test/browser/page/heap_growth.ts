import * as tf from '@tensorflow/tfjs';
import { packTernary, ternaryMatMul } from 'tfjs-bitcore';
import { randomFloats, randomTernary } from '../../support/values';
import { mismatch } from '../../support/compare';
import { heap, productsInHeap } from './heap';
import { present } from '../../support/present';

const BYTES_A_STEP = 24 * 2 ** 20;

export interface GrowthReport {
  readonly grownBy: number;
  readonly inHeap: number;
  readonly failures: string[];
}

/**
 * The same product again and again while other tensors make the heap of the wasm backend grow, which
 * takes its views from under whoever keeps one, and while the backend changes to cpu and back.
 */
export async function growHeap(steps: number): Promise<GrowthReport> {
  const args = {
    x: tf.tensor2d(randomFloats(5 * 300, 1), [5, 300]),
    packed: packTernary(tf.tensor2d(randomTernary(300 * 70, 2), [300, 70])),
    scale: tf.tensor1d([0.5]),
  };
  const expected = await product(args);
  const [bytes, products] = [present(heap()).buffer.byteLength, productsInHeap()];
  const failures: string[] = [];
  const others: tf.Tensor[] = [];
  for (let step = 0; step < steps; step++) {
    others.push(tf.fill([BYTES_A_STEP / 4], step));
    failures.push(...problems(await product(args), expected, `step ${step}`));
    // Every second time the operands move to the other backend, and come back to other addresses.
    if (step % 2 === 0) continue;
    await tf.setBackend('cpu');
    failures.push(...problems(await product(args), expected, `step ${step}, cpu`));
    await tf.setBackend('wasm');
  }
  tf.dispose([others, args]);
  const grownBy = present(heap()).buffer.byteLength - bytes;
  return { grownBy, inHeap: productsInHeap() - products, failures };
}

async function product(args: Parameters<typeof ternaryMatMul>[0]): Promise<ArrayLike<number>> {
  const y = ternaryMatMul(args);
  const values = await y.data();
  y.dispose();
  return values;
}

function problems(actual: ArrayLike<number>, expected: ArrayLike<number>, where: string): string[] {
  const problem = mismatch(actual, expected, 0);
  return problem == null ? [] : [`${where}: ${problem}`];
}
