import type { TensorInfo } from '@tensorflow/tfjs-core';
import { BLOCK, blocksOf } from '../../packing/int2';
import type { Program } from '../../tfjs/webgpu_programs';
import { EXACT_QUOTIENTS } from './exact_quotients';

const THREADS = 256;
/** Words of four int8 values in a block of inputs. */
const WORDS_PER_BLOCK = BLOCK / 4;
/** Words behind the values of a row: the bits of its scale, the sum of its values, and two that are not used. */
const WORDS_BEHIND = 4;

/** The bits of the scale of a row with NaN or infinity: those of a NaN. */
export const NAN_BITS = '0x7fc00000';

/** Words of a quantized row: its values, padded with zeros to whole blocks, and what is behind them. */
export function wordsOfRow(inFeatures: number): number {
  return blocksOf(inFeatures) * WORDS_PER_BLOCK + WORDS_BEHIND;
}

/**
 * Quantizes rows of x to int8, as the other engines do; one workgroup a row.
 *
 * Magnitudes are compared as bits, whose order is theirs, with infinity and NaN above all numbers: what a comparison of
 * floats says of NaN is left open by WGSL. `round` is half to even.
 */
export function int8RowsProgram(x: TensorInfo, inFeatures: number, eps: number): Program {
  const rows = x.shape[0]!;
  return {
    name: 'int8 rows',
    inputs: { x: { tensor: x, vector: 1 } },
    uniforms: {
      rows,
      inFeatures,
      words: blocksOf(inFeatures) * WORDS_PER_BLOCK,
      epsBits: new Int32Array(new Float32Array([eps]).buffer)[0]!,
    },
    workgroups: rows,
    threads: THREADS,
    code: `
      ${EXACT_QUOTIENTS}
      var<workgroup> largest : atomic<u32>;
      var<workgroup> total : atomic<i32>;

      fn run(group : i32, thread : i32) {
        let row = min(group, uniforms.rows - 1);
        let first = row * uniforms.inFeatures;
        var m = u32(uniforms.epsBits);
        for (var k = thread; k < uniforms.inFeatures; k += ${THREADS}) {
          m = max(m, bitcast<u32>(x[first + k]) & 0x7fffffffu);
        }
        atomicMax(&largest, m);
        workgroupBarrier();
        m = atomicLoad(&largest);
        let isFinite = m < 0x7f800000u;
        let inverse = bitcast<f32>(bitsOf127Over(m));
        let start = row * (uniforms.words + ${WORDS_BEHIND});
        var sum = 0;
        for (var w = thread; w < uniforms.words; w += ${THREADS}) {
          var word = 0u;
          for (var i = 0; i < 4; i++) {
            let k = 4 * w + i;
            if (isFinite && k < uniforms.inFeatures) {
              let q = i32(round(x[first + k] * inverse));
              sum += q;
              word |= (u32(q) & 255u) << u32(8 * i);
            }
          }
          result[start + w] = bitcast<i32>(word);
        }
        atomicAdd(&total, sum);
        workgroupBarrier();
        if (thread == 0) {
          let behind = start + uniforms.words;
          result[behind] = select(${NAN_BITS}, i32(bitsOver127(m)), isFinite);
          result[behind + 1] = atomicLoad(&total);
          result[behind + 2] = 0;
          result[behind + 3] = 0;
        }
      }`,
  };
}
