/** What is measured: shapes, the processes that measure, and who is compared with whom. */

/** One product: x [m, k] by a kernel [k, n], plus bias [n]. */
export interface Shape {
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

export const SHAPES: readonly Shape[] = [
  { m: 1, k: 1024, n: 1024 },
  { m: 1, k: 4096, n: 4096 },
  { m: 16, k: 1024, n: 1024 },
  { m: 128, k: 1024, n: 1024 },
  { m: 64, k: 4096, n: 4096 },
  { m: 1, k: 784, n: 256 },
  { m: 32, k: 768, n: 3072 },
];

/** The net of the end-to-end rows. */
export const WIDTHS: readonly number[] = [1024, 4096, 4096, 1024];
export const BATCHES: readonly number[] = [1, 64];

/** One task that all subjects of a run take turns at. */
export type Task = { readonly kind: 'product'; readonly shape: Shape } | PredictTask;
interface PredictTask {
  readonly kind: 'predict';
  readonly batch: number;
}

/** Libraries that run in a process of their own, one for each version of Node. */
export const HOSTS = ['cpu', 'wasm', 'tensorflow', 'onnxruntime-node', 'onnxruntime-web'] as const;
export type HostName = (typeof HOSTS)[number];

export const OURS = 'tfjs-bitcore';

/** The peers of this package on each backend: [host, subject]. */
export const PEERS: Readonly<Partial<Record<HostName, ReadonlyArray<[HostName, string]>>>> = {
  cpu: [['cpu', 'tfjs cpu']],
  wasm: [
    ['wasm', 'tfjs wasm'],
    ['onnxruntime-node', 'onnxruntime-node int2'],
    ['onnxruntime-node', 'onnxruntime-node int4'],
    ['onnxruntime-web', 'onnxruntime-web int4'],
  ],
  tensorflow: [['tensorflow', 'tfjs-node']],
};

export interface Effort {
  readonly rounds: number;
  /** A subject's turn lasts this long, and at least one call. */
  readonly turnMs: number;
  readonly warmUpMs: number;
  /** tfjs's cpu backend takes too long for more than this. */
  readonly maxMacsOfTfjsCpu: number;
  /** Turns of whole nets. */
  readonly netRounds: number;
}

export const FULL: Effort = {
  rounds: 9,
  turnMs: 120,
  warmUpMs: 300,
  maxMacsOfTfjsCpu: Infinity,
  netRounds: 3,
};
export const QUICK: Effort = {
  rounds: 3,
  turnMs: 25,
  warmUpMs: 100,
  maxMacsOfTfjsCpu: 2e7,
  netRounds: 1,
};

export function macsOf(task: Task): number {
  if (task.kind === 'product') return task.shape.m * task.shape.k * task.shape.n;
  return task.batch * WIDTHS.slice(1).reduce((sum, n, i) => sum + n * WIDTHS[i], 0);
}

export function taskName(task: Task): string {
  if (task.kind === 'product') return `${task.shape.m},${task.shape.k},${task.shape.n}`;
  return `predict, batch ${task.batch}`;
}

export function isTooSlow(host: HostName, subject: string, task: Task, effort: Effort): boolean {
  return host === 'cpu' && subject !== OURS && macsOf(task) > effort.maxMacsOfTfjsCpu;
}
