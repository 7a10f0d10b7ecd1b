import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Activation } from '../../engine/ternary_product';
import { BLOCK } from '../../packing/int2';
import type { Program } from '../../tfjs/webgpu_programs';
import { NAN_BITS } from './int8_rows';

/** Positive floats and their bits have one order. */
const SIX_BITS = 0x40c00000;
const INFINITY_BITS = 0x7f800000;

/** The operands of a product, all on the GPU. */
export interface ProductInputs {
  /** int8 rows, with what is behind them. */
  readonly rows: TensorInfo;
  /** Packed words, layout `int2`. */
  readonly packed: TensorInfo;
  readonly scale: TensorInfo;
  readonly bias: TensorInfo | undefined;
  readonly activation: Activation;
}

/** Which program computes a product. */
export interface Form {
  /** `gemv` for few rows, `gemm` for many. */
  readonly tile: 'gemv' | 'gemm';
  /** Whether `dot4I8Packed` sums four products. */
  readonly packedDot: boolean;
}

/** The program that computes a product of this form. All give the same floats. */
export function productProgram(inputs: ProductInputs, form: Form): Program {
  return form.tile === 'gemv' ? gemvProgram(inputs, form) : gemmProgram(inputs, form);
}

/** Four inputs in a word, and a block in as many vectors of four words as a byte has codes. */
const VECTORS = BLOCK / 16;

/** What both programs share but their tiles. */
function shared({ rows, packed, scale, bias, activation }: ProductInputs, { packedDot }: Form) {
  const [count, units] = [rows.shape[0]!, packed.shape[0]!];
  return {
    name: `${packedDot ? 'packed' : 'plain'} dot${bias == null ? '' : ', bias'}`,
    inputs: {
      q: { tensor: rows, vector: 4 },
      packed: { tensor: packed, vector: 4 },
      scale: { tensor: scale, vector: 1 },
      ...(bias && { bias: { tensor: bias, vector: 1 as const } }),
    },
    uniforms: {
      rows: count,
      units,
      blocks: packed.shape[1]! / 4,
      scaleStride: scale.shape[0] === units ? 1 : 0,
      isRelu: activation === 'linear' ? 0 : 1,
      ceiling: activation === 'relu6' ? SIX_BITS : INFINITY_BITS,
      zero: 0,
    },
    code: `
      ${packedDot ? PACKED_DOT : PLAIN_DOT}
      fn dot16(a : vec4<u32>, b : vec4<u32>) -> i32 {
        return dot4(a.x, b.x) + dot4(a.y, b.y) + dot4(a.z, b.z) + dot4(a.w, b.w);
      }
      fn codes(words : vec4<u32>, place : u32) -> vec4<u32> {
        return (words >> vec4<u32>(2u * place)) & vec4<u32>(0x03030303u);
      }
      fn rowStride() -> i32 { return ${VECTORS} * uniforms.blocks + 1; }
      ${finish(bias != null)}`,
  } as const;
}

/** Sums of int8 values times codes. A code is a weight plus 1, so `finish` takes the sum of the values off. */
const PACKED_DOT = `
  fn dot4(a : u32, b : u32) -> i32 { return dot4I8Packed(a, b); }`;

/** Codes are 0 to 2, so that b has no signs to extend. */
const PLAIN_DOT = `
  fn dot4(a : u32, b : u32) -> i32 {
    let values = bitcast<vec4<i32>>(vec4<u32>(a << 24u, a << 16u, a << 8u, a)) >> vec4<u32>(24u);
    let codes = vec4<i32>((vec4<u32>(b) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(3u));
    return dot(values, codes);
  }`;

/**
 * From a sum to an output, each step rounded by itself: an XOR with a zero that the compiler does not know keeps it from
 * fusing a multiplication with what follows. The bits are stored, and with them ReLU and the NaN of a row are chosen.
 */
function finish(hasBias: boolean): string {
  return `
    fn rounded(value : f32) -> f32 { return bitcast<f32>(bitcast<i32>(value) ^ uniforms.zero); }
    fn finish(row : i32, unit : i32, sum : i32) {
      if (row >= uniforms.rows || unit >= uniforms.units) { return; }
      let behind = q[(row + 1) * rowStride() - 1];
      let scaled = rounded(f32(sum - behind.y) * bitcast<f32>(behind.x));
      let product = rounded(scaled * scale[unit * uniforms.scaleStride]);
      var bits = bitcast<i32>(product${hasBias ? ' + bias[unit]' : ''});
      if (uniforms.isRelu == 1 && bits < 0 && u32(bits) <= 0xff800000u) { bits = 0; }
      if (bits > uniforms.ceiling && bits <= ${INFINITY_BITS}) { bits = uniforms.ceiling; }
      if (behind.x == ${NAN_BITS}) { bits = ${NAN_BITS}; }
      result[row * uniforms.units + unit] = bits;
    }`;
}

/** Threads that share the blocks of an output, and outputs of a workgroup. */
const LANES = 16;
const GEMV_UNITS = 16;

/** Each word is read once for up to four rows. */
function gemvProgram(inputs: ProductInputs, form: Form): Program {
  const { name, code, uniforms, ...rest } = shared(inputs, form);
  const tileRows = uniforms.rows > 2 ? 4 : uniforms.rows;
  const across = Math.ceil(uniforms.units / GEMV_UNITS);
  const eachRow = (text: (row: number) => string) => each(tileRows, text);
  return {
    ...rest,
    name: `gemv ${tileRows} ${name}`,
    uniforms: { ...uniforms, across },
    workgroups: across * Math.ceil(uniforms.rows / tileRows),
    threads: LANES * GEMV_UNITS,
    code: `
      ${code}
      var<workgroup> partial : array<i32, ${LANES * GEMV_UNITS * tileRows}>;

      fn run(group : i32, thread : i32) {
        let lane = thread % ${LANES};
        let firstUnit = ${GEMV_UNITS} * (group % uniforms.across);
        let firstRow = ${tileRows} * (group / uniforms.across);
        let own = thread / ${LANES};
        let words = min(firstUnit + own, uniforms.units - 1) * uniforms.blocks;
        ${eachRow((r) => `let row${r} = min(firstRow + ${r}, uniforms.rows - 1) * rowStride(); var sum${r} = 0;`)}
        for (var block = lane; block < uniforms.blocks; block += ${LANES}) {
          let word = bitcast<vec4<u32>>(packed[words + block]);
          let at = ${VECTORS} * block;
          ${each(
            VECTORS,
            (v) => `{
            let w = codes(word, ${v}u);
            ${eachRow((r) => `sum${r} += dot16(bitcast<vec4<u32>>(q[row${r} + at + ${v}]), w);`)}
          }`,
          )}
        }
        ${eachRow((r) => `partial[(${r * GEMV_UNITS} + own) * ${LANES} + lane] = sum${r};`)}
        workgroupBarrier();
        if (thread < ${GEMV_UNITS * tileRows}) {
          var sum = 0;
          for (var i = 0; i < ${LANES}; i++) { sum += partial[thread * ${LANES} + i]; }
          finish(firstRow + thread / ${GEMV_UNITS}, firstUnit + thread % ${GEMV_UNITS}, sum);
        }
      }`,
  };
}

/** Threads along each side of a tile, and rows or outputs of a thread along that side. */
const SIDE = 16;
const PER_THREAD = 4;
const TILE = SIDE * PER_THREAD;

/** Tiles of 64 rows by 64 outputs, a block of inputs at a time, whose words are unpacked once for all rows. */
function gemmProgram(inputs: ProductInputs, form: Form): Program {
  const { name, code, uniforms, ...rest } = shared(inputs, form);
  const across = Math.ceil(uniforms.units / TILE);
  const perThread = (text: (i: number) => string) => each(PER_THREAD, text);
  const sums = (text: (row: number, unit: number) => string) =>
    perThread((row) => perThread((unit) => text(row, unit)));
  return {
    ...rest,
    name: `gemm ${name}`,
    uniforms: { ...uniforms, across },
    workgroups: across * Math.ceil(uniforms.rows / TILE),
    threads: SIDE * SIDE,
    code: `
      ${code}
      var<workgroup> tileRows : array<vec4<u32>, ${VECTORS * TILE}>;
      var<workgroup> tileCodes : array<vec4<u32>, ${VECTORS * TILE}>;

      fn run(group : i32, thread : i32) {
        let firstUnit = ${TILE} * (group % uniforms.across);
        let firstRow = ${TILE} * (group / uniforms.across);
        let unit = thread % ${SIDE};
        let row = thread / ${SIDE};
        ${sums((r, u) => `var sum${r}${u} = 0;`)}
        for (var block = 0; block < uniforms.blocks; block++) {
          for (var i = thread; i < ${VECTORS * TILE}; i += ${SIDE * SIDE}) {
            let v = i % ${VECTORS};
            let n = i / ${VECTORS};
            let place = v * ${TILE} + n;
            let words = packed[min(firstUnit + n, uniforms.units - 1) * uniforms.blocks + block];
            tileCodes[place] = codes(bitcast<vec4<u32>>(words), u32(v));
            let at = min(firstRow + n, uniforms.rows - 1) * rowStride() + ${VECTORS} * block + v;
            tileRows[place] = bitcast<vec4<u32>>(q[at]);
          }
          workgroupBarrier();
          for (var v = 0; v < ${VECTORS}; v++) {
            let first = v * ${TILE};
            ${perThread((u) => `let w${u} = tileCodes[first + unit + ${SIDE * u}];`)}
            ${perThread(
              (r) => `{
              let a = tileRows[first + row + ${SIDE * r}];
              ${perThread((u) => `sum${r}${u} += dot16(a, w${u});`)}
            }`,
            )}
          }
          workgroupBarrier();
        }
        ${sums((r, u) => `finish(firstRow + row + ${SIDE * r}, firstUnit + unit + ${SIDE * u}, sum${r}${u});`)}
      }`,
  };
}

function each(count: number, text: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => text(i)).join('\n');
}
