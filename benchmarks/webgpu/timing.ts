/* Products of this package against those of TensorFlow.js on the backend webgpu, taking turns. */
import * as tf from '@tensorflow/tfjs';
import { packTernary, ternaryMatMul } from 'tfjs-bitcore';
import { median } from '../../examples/support/median';

/** [rows, inputs, outputs], and how many times faster than float products these are to be on an emulated GPU. */
export const SHAPES = [
  { shape: [1, 1024, 1024], goal: 2 },
  { shape: [1, 4096, 4096], goal: 6 },
  { shape: [4, 2048, 2048], goal: 2 },
  { shape: [64, 1024, 1024], goal: 1.2 },
  { shape: [256, 1024, 1024], goal: 1.2 },
] as const satisfies ReadonlyArray<{ shape: readonly [number, number, number]; goal: number }>;

type Shape = (typeof SHAPES)[number]['shape'];

/** Median milliseconds. */
export interface Times {
  /** One product, from the call to the output in JavaScript. */
  readonly read: number;
  /** One of many that are computed one after the other, of which only the last is read. */
  readonly streamed: number;
  /** What the GPU says that its programs took; undefined where it does not. */
  readonly onGpu: number | undefined;
}

export interface ShapeTimes {
  readonly shape: Shape;
  readonly goal: number;
  readonly ours: Times;
  readonly float: Times;
}

/** Fewer turns would not make a median. */
const LEAST_TURNS = 5;
const MOST_STREAMED = 100;

/** @param ms that each kind of measurement of a shape takes. */
export async function timeShape(
  { shape, goal }: (typeof SHAPES)[number],
  ms: number,
): Promise<ShapeTimes> {
  const [m, k, n] = shape;
  const x = tf.randomNormal<tf.Rank.R2>([m, k], 0, 1, 'float32', 1);
  const values = await tf.randomUniform([k, n], -1, 2, 'int32', 1).data();
  const ternary = tf.tensor2d(Float32Array.from(values), [k, n]);
  const packed = packTernary(ternary);
  const bias = tf.randomNormal<tf.Rank.R1>([n], 0, 1, 'float32', 2);
  const scale = tf.tensor1d([0.02]);
  const products = [
    () => ternaryMatMul({ x, packed, scale, bias, activation: 'relu' }),
    () => tf.fused.matMul({ a: x, b: ternary, bias, activation: 'relu' }),
  ];
  const reads = products.map((product) => () => streamed(product, 1));
  const read = (await takeTurns(reads, ms)).map(median);
  const calls = read.map((time) => Math.max(1, Math.min(MOST_STREAMED, Math.ceil(ms / 5 / time))));
  const streams = products.map((product, i) => () => streamed(product, calls[i]));
  const inStreams = (await takeTurns(streams, ms)).map(median);
  const onGpu = await timesOnGpu(products, ms);
  tf.dispose([x, ternary, packed, bias, scale]);
  const [ours, float] = products.map((_, i) => ({
    read: read[i],
    streamed: inStreams[i] / calls[i],
    onGpu: onGpu[i],
  }));
  return { shape, goal, ours, float };
}

async function streamed(product: () => tf.Tensor, calls: number): Promise<void> {
  for (let i = 1; i < calls; i++) product().dispose();
  const y = product();
  await y.data();
  y.dispose();
}

/** The milliseconds of each call, for each function, as `takeTurns` of benchmarks/support gives for synchronous ones. */
async function takeTurns(functions: Array<() => Promise<void>>, ms: number): Promise<number[][]> {
  for (const run of functions) await run();
  const times = functions.map(() => [] as number[]);
  const end = performance.now() + ms;
  do {
    for (const [i, run] of functions.entries()) {
      const start = performance.now();
      await run();
      times[i].push(performance.now() - start);
    }
  } while (performance.now() < end || times[0].length < LEAST_TURNS);
  return times;
}

/** From timestamps of the GPU, which tfjs takes around each program. */
async function timesOnGpu(products: Array<() => tf.Tensor>, ms: number) {
  const { supportTimestampQuery } = tf.backend() as unknown as { supportTimestampQuery: boolean };
  if (!supportTimestampQuery) return products.map(() => undefined);
  const times = products.map(() => [] as number[]);
  const end = performance.now() + ms / 2;
  do {
    for (const [i, product] of products.entries()) {
      const { kernelMs } = await tf.time(() => product().dispose());
      times[i].push(kernelMs as number);
    }
  } while (performance.now() < end || times[0].length < LEAST_TURNS);
  return times.map(median);
}
