import * as tf from '@tensorflow/tfjs';
import {
  bitConv2d,
  engineInfo,
  packTernary,
  scaledDotProductAttention,
  ternaryMatMul,
} from 'tfjs-bitcore';
import { dyingMicrokernel, LATE_MICROKERNEL } from '../../support/first_in_threads';
import { hashOf } from '../../support/normalization_grid';
import { present } from '../../support/present';
import { randomFloats, randomSource, randomTernary } from '../../support/values';
import { mismatch } from '../../support/compare';
import { firstInWorkers } from './first_in_workers';
import { heap } from './heap';

/** Large enough to be shared, with tails in every dimension: [rows, inFeatures, units]. */
const SHAPES = [
  [1, 2100, 1003],
  [3, 1030, 701],
  [13, 500, 333],
  [121, 900, 21],
  [64, 257, 129],
] as const;

/** One product, and its outputs by the portable engine. */
interface Case {
  readonly tensors: Record<'x' | 'packed' | 'scale' | 'bias', tf.Tensor>;
  readonly activation: 'relu' | 'linear';
  readonly expected: Float32Array;
}

function caseOf([rows, inFeatures, units]: readonly [number, number, number], seed: number): Case {
  const ternary = tf.tensor2d(randomTernary(inFeatures * units, seed), [inFeatures, units]);
  const tensors = {
    x: tf.tensor2d(randomFloats(rows * inFeatures, seed), [rows, inFeatures]),
    packed: packTernary(ternary),
    scale: tf.tensor1d(randomFloats(seed % 2 === 1 ? units : 1, seed)),
    bias: tf.tensor1d(randomFloats(units, seed + 1)),
  };
  ternary.dispose();
  const activation = seed % 3 === 1 ? 'relu' : 'linear';
  tf.env().set('BITCORE_USE_WASM_SIMD', false);
  const expected = computed({ tensors, activation });
  tf.env().set('BITCORE_USE_WASM_SIMD', true);
  return { tensors, activation, expected };
}

function computed({ tensors, activation }: Omit<Case, 'expected'>): Float32Array {
  const { x, packed, ...rest } = tensors;
  const args = { x: x as tf.Tensor2D, packed: packed as tf.Tensor2D, ...rest, activation };
  return tf.tidy(() =>
    ternaryMatMul(args as Parameters<typeof ternaryMatMul>[0]).dataSync<'float32'>(),
  );
}

/** What is wrong with a product now, as a list. */
function problemsOf(known: Case, where: string | number): string[] {
  const problem = mismatch(computed(known), known.expected, 0);
  return problem == null ? [] : [`${where}: ${problem}`];
}

/** Attention of enough heads to be shared, and its outputs by the portable engine. */
export async function sharedAttention() {
  const [examples, positions, heads, width] = [2, 90, 6, 64];
  const [q, k, v] = [1, 2, 3].map((seed) =>
    tf.tensor(randomFloats(examples * positions * heads * width, seed), [
      examples,
      positions,
      heads,
      width,
    ]),
  );
  const problems = repeated(() => scaledDotProductAttention({ q, k, v, causal: true }));
  tf.dispose([q, k, v]);
  return problems;
}

/** Convolutions of enough windows to be shared, with tails, several images and strides. */
export async function sharedConvolutions() {
  const problems = [
    { shape: [1, 29, 31, 64], filters: 65, kernelSize: 3, strides: 1 },
    { shape: [3, 33, 30, 67], filters: 37, kernelSize: 2, strides: 2 },
  ].map(({ shape, ...window }) => {
    const layer = bitConv2d({ ...window, padding: 'same', activation: 'relu' });
    const x = tf.tensor(randomFloats(tf.util.sizeFromShape(shape), 1), shape);
    (layer.apply(x) as tf.Tensor).dispose(); // builds it
    layer.deploy();
    const found = repeated(() => layer.apply(x) as tf.Tensor);
    tf.dispose(x);
    layer.dispose();
    return found;
  });
  return problems.flat();
}

/** What differs, in twenty calls, from what the portable engine computes. */
function repeated(compute: () => tf.Tensor): string[] {
  const outputs = () => tf.tidy(() => compute().dataSync<'float32'>());
  tf.env().set('BITCORE_USE_WASM_SIMD', false);
  const expected = outputs();
  tf.env().set('BITCORE_USE_WASM_SIMD', true);
  const problems = Array.from({ length: 20 }, () => mismatch(outputs(), expected, 0));
  return problems.filter((problem) => problem != null);
}

export async function threadsRun(wanted: number): Promise<void> {
  while (engineInfo().threads !== wanted) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Each product twenty times. The hash is that of all outputs. */
export async function sharedGrid() {
  const failures: string[] = [];
  let hash: number | undefined;
  SHAPES.forEach((shape, seed) => {
    const known = caseOf(shape, seed);
    for (let call = 0; call < 20; call++) failures.push(...problemsOf(known, shape.join(' x ')));
    hash = hashOf(computed(known), hash);
    tf.dispose(known.tensors);
  });
  return { failures, hash };
}

/**
 * Calls at random, while other tensors make the heap grow, and operands go to new addresses.
 * @param seed of the calls.
 */
export async function randomSharedCalls(calls: number, seed: number) {
  const random = randomSource(seed);
  const upTo = (most: number) => Math.floor(most * random());
  const { numTensors } = tf.memory();
  const bytes = present(heap()).buffer.byteLength;
  const cases = SHAPES.map((shape, i) => caseOf(shape, seed + i));
  const others: tf.Tensor[] = [];
  const failures: string[] = [];
  for (let call = 0; call < calls; call++) {
    const i = upTo(cases.length);
    failures.push(...problemsOf(cases[i], `call ${call}`));
    if (random() < 0.05) others.push(tf.ones([1 + upTo(1 << 20)]));
    if (others.length > 60) others.splice(upTo(others.length), 1)[0].dispose();
    if (random() < 0.05) cases[i] = moved(cases[i]);
  }
  tf.dispose([others, cases.map(({ tensors }) => tensors)]);
  const grownBy = present(heap()).buffer.byteLength - bytes;
  return { failures, grownBy, tensorsLeft: tf.memory().numTensors - numTensors };
}

/** The same product, with its operands elsewhere in the heap. */
function moved({ tensors, ...rest }: Case): Case {
  const copy = (tensor: tf.Tensor) =>
    tf.tensor(tensor.dataSync().slice(), tensor.shape, tensor.dtype);
  const { x, packed, scale, bias } = tensors;
  const copies = { x: copy(x), packed: copy(packed), scale: copy(scale), bias: copy(bias) };
  tf.dispose(tensors);
  return { tensors: copies, ...rest };
}

/** Workers die inside products, each on its own, by the statement `end`. Times are those of these products. */
export async function workersDie(kills: number, end: string) {
  const known = caseOf([8, 1030, 701], 1);
  const { shown, restore } = firstInWorkers(dyingMicrokernel(end));
  const failures: string[] = [];
  const times: number[] = [];
  while (times.length < kills) {
    await threadsRun(2);
    const before = shown[0];
    const start = performance.now();
    failures.push(...problemsOf(known, `after ${times.length} deaths`));
    if (shown[0] > before) times.push(performance.now() - start);
  }
  restore();
  await threadsRun(2);
  failures.push(...problemsOf(known, 'with other workers'));
  tf.dispose(known.tensors);
  return { failures, times: times.sort((a, b) => a - b) };
}

/** A worker that is slow writes to outputs when they have been computed again. No tensor may lie there. */
export async function workerIsLate() {
  const known = caseOf([8, 1030, 701], 1);
  const { shown, restore } = firstInWorkers(LATE_MICROKERNEL);
  const failures: string[] = [];
  while (shown[0] === 0) {
    await threadsRun(2);
    failures.push(...problemsOf(known, 'a worker is late'));
  }
  restore();
  while (shown[0] < 100) {
    failures.push(...problemsOf(known, 'a worker writes'));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await threadsRun(2);
  failures.push(...problemsOf(known, 'with other workers'));
  tf.dispose(known.tensors);
  return failures;
}

/** Somebody ends the workers: products go on, on one thread, or with other workers if one ended in a product. */
export async function workersAreTerminated() {
  const { workers, restore } = firstInWorkers();
  const known = caseOf([8, 1030, 701], 1);
  await threadsRun(3);
  restore();
  for (const worker of workers) worker.terminate();
  const failures: string[] = [];
  const end = performance.now() + 3000;
  while (engineInfo().threads > 1 && performance.now() < end) {
    failures.push(...problemsOf(known, 'while they end'));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  failures.push(...problemsOf(known, 'when they have ended'));
  tf.dispose(known.tensors);
  return failures;
}

/** Workers that hold a lock, which they do until they end. */
async function runningWorkers(): Promise<number> {
  const { held } = await navigator.locks.query();
  return present(held).filter(({ name }) => present(name).startsWith('blob:')).length;
}

/** How many workers run before and after the backend is removed. */
export async function workersAroundRemoval(): Promise<[number, number]> {
  const before = await runningWorkers();
  await tf.setBackend('cpu');
  tf.removeBackend('wasm');
  for (let tries = 0; (await runningWorkers()) > 0 && tries < 100; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return [before, await runningWorkers()];
}

/** Computes until the page is closed. */
export async function computeForever(): Promise<never> {
  const known = caseOf(SHAPES[0], 1);
  for (;;) {
    for (let call = 0; call < 50; call++) computed(known);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** From now on, the page may make no more workers of blobs. */
export function forbidWorkers(): void {
  const policy = document.createElement('meta');
  policy.httpEquiv = 'Content-Security-Policy';
  policy.content = "worker-src 'self'";
  document.head.append(policy);
}
