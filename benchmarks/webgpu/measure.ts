/* What runs on the GPU, in a page or in Node: the check and the times. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';
import { engineInfo, ready } from 'tfjs-bitcore';
import type { WebGPUBackend } from '../../src/tfjs/webgpu_programs';
import { checkGrid, type GridReport } from './grid';
import { SHAPES, timeShape, type ShapeTimes } from './timing';

export interface Report {
  readonly adapter: Record<string, unknown>;
  readonly engine: string;
  /** The first call of `ready()`: compiling and testing the programs. */
  readonly readyMs: number;
  readonly grid: GridReport[];
  readonly times: ShapeTimes[];
  /** What the device reported: errors of its compiler, say. */
  readonly errors: string[];
}

interface Gpu {
  requestAdapter(): Promise<{ info: Record<string, unknown> }>;
}

/** @param ms that each kind of measurement of a shape takes. */
export async function measure(ms: number): Promise<Report> {
  if (!(await tf.setBackend('webgpu'))) throw new Error('The backend webgpu did not start.');
  const backend = tf.backend() as unknown as WebGPUBackend & { device: EventTarget };
  const errors: string[] = [];
  backend.device.addEventListener('uncapturederror', (event) => {
    errors.push((event as unknown as { error: Error }).error.message);
  });
  const start = performance.now();
  await ready();
  const readyMs = performance.now() - start;
  const grid = await checkGrid(backend);
  const times: ShapeTimes[] = [];
  for (const shape of SHAPES) times.push(await timeShape(shape, ms));
  const { engine } = engineInfo();
  return { adapter: await adapterInfo(), engine, readyMs, grid, times, errors };
}

async function adapterInfo(): Promise<Record<string, unknown>> {
  const { gpu } = globalThis.navigator as unknown as { gpu: Gpu };
  const { info } = await gpu.requestAdapter();
  const parts = ['vendor', 'architecture', 'device', 'description'];
  return Object.fromEntries(parts.map((part) => [part, info[part]]));
}
