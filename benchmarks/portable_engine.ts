/*
 * The portable JavaScript engine (with the quantization of the input) against tfjs's cpu backend in float32.
 *
 *   npm run bench:portable
 */
import * as tf from '@tensorflow/tfjs';
import { engineInfo, packTernary, ternaryMatMul } from 'tfjs-bitcore';
import { interleavedMedians } from '../examples/support/median';

const SHAPES = [
  [1, 1024, 1024],
  [1, 4096, 4096],
  [16, 1024, 1024],
] as const;

function compare(m: number, k: number, n: number) {
  const x = tf.randomNormal<tf.Rank.R2>([m, k]);
  const ternary = tf.randomUniform([k, n], -1, 2, 'int32').toFloat() as tf.Tensor2D;
  const bias = tf.randomNormal<tf.Rank.R1>([n]);
  const packed = packTernary(ternary);
  const scale = tf.tensor1d([0.02]);
  const read = (compute: () => tf.Tensor) => () => {
    const y = compute();
    y.dataSync();
    y.dispose();
  };
  const [float32, portable] = interleavedMedians(
    [
      read(() => tf.fused.matMul({ a: x, b: ternary, bias })),
      read(() => ternaryMatMul({ x, packed, scale, bias })),
    ],
    m * k * n > 4e6 ? 7 : 30,
  );
  tf.dispose([x, ternary, bias, packed, scale]);
  const ratio = (float32 / portable).toFixed(1);
  const gmacs = (m * k * n) / portable / 1e6;
  console.log(
    `${`${m},${k},${n}`.padEnd(14)} tfjs cpu ${float32.toFixed(2).padStart(8)} ms   portable ` +
      `${portable.toFixed(3).padStart(7)} ms (${gmacs.toFixed(1)} GMAC/s)   ${ratio} times faster`,
  );
}

async function main() {
  await tf.setBackend('cpu');
  tf.env().set('BITCORE_USE_WASM_SIMD', false);
  if (engineInfo().engine !== 'portable') throw new Error('Another engine runs.');
  for (const [m, k, n] of SHAPES) compare(m, k, n);
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
