import { getKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import { int8Product } from '../../engine/portable/int8_product';
import type { Activation, TernaryProduct } from '../../engine/ternary_product';
import { everyCode } from '../../packing/every_code';
import { hasPackedDot, type WebGPUBackend } from '../../tfjs/webgpu_programs';
import { gpuProduct, tileFor } from './product';

interface Case {
  readonly rows: number;
  readonly inFeatures: number;
  readonly units: number;
  readonly hasBias: boolean;
  readonly activation: Activation;
}

const SIZES = [
  { rows: 1, inFeatures: 1100, units: 19, activation: 'linear' },
  { rows: 2, inFeatures: 130, units: 6, activation: 'relu' },
  { rows: 7, inFeatures: 130, units: 33, activation: 'relu6' },
  { rows: 400, inFeatures: 70, units: 5, activation: 'linear' },
] as const;

/** Each program, with tails; those without bias have one scale. The last ones divide by 400 different magnitudes. */
const CASES: readonly Case[] = SIZES.flatMap((size) =>
  [true, false].map((hasBias) => ({ ...size, hasBias })),
);

/** Magnitudes for which tfjs's own quotients are looked at. */
const MAGNITUDES = 4096;

/**
 * Whether the programs compute what the portable engine does, and tfjs divides as they do: layers in training use its
 * quotients, and deployed ones are to give the same outputs. WGSL leaves drivers more freedom than exact results allow,
 * so GPUs are judged by that.
 */
export async function passesSelfTest(backend: WebGPUBackend): Promise<boolean> {
  const passed = CASES.map((known) => passes(backend, known));
  return (await Promise.all([dividesExactly(backend), ...passed])).every(Boolean);
}

async function dividesExactly(backend: WebGPUBackend): Promise<boolean> {
  const most = new Float32Array(MAGNITUDES).fill(127);
  const magnitudes = most.map((_, i) => magnitude(i));
  const pairs = [
    [most, magnitudes],
    [magnitudes, most],
  ] as const;
  const areExact = pairs.map(async ([a, b]) => {
    const quotients = await tfjsQuotients(backend, a, b);
    return a.every((value, i) => Math.fround(value / b[i]!) === quotients[i]);
  });
  return (await Promise.all(areExact)).every(Boolean);
}

async function tfjsQuotients(
  backend: WebGPUBackend,
  ...values: readonly [Float32Array, Float32Array]
): Promise<Float32Array> {
  const [a, b] = values.map((each) => backend.makeTensorInfo([each.length], 'float32', each));
  const divide = getKernel('RealDiv', 'webgpu')!.kernelFunc;
  const y = divide({ inputs: { a: a!, b: b! }, backend }) as TensorInfo;
  try {
    return (await backend.read(y.dataId)) as Float32Array;
  } finally {
    for (const { dataId } of [a!, b!, y]) backend.disposeData(dataId);
  }
}

/** From the least to the greatest that quotients are taken of, in any order. */
function magnitude(i: number): number {
  return (1 + ((i * 12_345) % 8191) / 8192) * 2 ** (((i * 37) % 240) - 113);
}

async function passes(backend: WebGPUBackend, known: Case): Promise<boolean> {
  const product = testProduct(known);
  const expected = new Float32Array(product.rows * product.units);
  int8Product(product, expected);
  const actual = await computed(backend, product);
  return expected.every(
    (value, i) => value === actual[i] || (value !== value && actual[i] !== actual[i]),
  );
}

async function computed(backend: WebGPUBackend, product: TernaryProduct): Promise<Float32Array> {
  const { x, packed, scale, bias, rows, inFeatures, units, eps, activation = 'linear' } = product;
  const tensor = (values: Float32Array | Int32Array, ...shape: number[]) =>
    backend.makeTensorInfo(shape, values instanceof Int32Array ? 'int32' : 'float32', values);
  const inputs = {
    x: tensor(x, rows, inFeatures),
    packed: tensor(packed, units, packed.length / units),
    scale: tensor(scale, scale.length),
    ...(bias && { bias: tensor(bias, units) }),
  };
  const form = { tile: tileFor(rows), packedDot: hasPackedDot() };
  const y = gpuProduct(backend, inputs, { inFeatures, eps, activation }, form);
  try {
    return (await backend.read(y.dataId)) as Float32Array;
  } finally {
    for (const { dataId } of [...Object.values<TensorInfo>(inputs), y]) backend.disposeData(dataId);
  }
}

/**
 * Rows of magnitudes from the least to the greatest, which meet ties, and one each with NaN and infinity. The same in
 * every run.
 */
function testProduct({ hasBias, ...size }: Case): TernaryProduct {
  const { rows, inFeatures, units } = size;
  const x = new Float32Array(rows * inFeatures);
  for (let row = 0; row < rows; row++) {
    const largest = magnitude(row);
    for (let k = 0; k < inFeatures; k++) {
      x[row * inFeatures + k] = largest * ((((k * 97 + row) % 509) - 254) / 254);
    }
  }
  if (rows > 4) x.set([NaN, Infinity, -Infinity], 3 * inFeatures - 1);
  const fractions = new Float32Array(units).map((_, n) => 1 / (n + 3));
  const scale = hasBias ? fractions : fractions.subarray(0, 1);
  const bias = hasBias ? fractions.map((value) => value - 0.2) : undefined;
  return { ...size, x, packed: everyCode(inFeatures, units), scale, bias, eps: 1e-5 };
}
