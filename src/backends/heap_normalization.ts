import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { normalizationModule } from '../engine/normalization/module';
import { normalizeRows, normalizeRowsGradient } from '../engine/normalization/portable';
import type { Rows } from '../engine/normalization/rows';
import type { NormalizationKernelName } from '../ops/normalization';
import {
  allocateHeap,
  freeHeap,
  heapAddress,
  heapMemory,
  heapValues,
  type WasmBackend,
} from '../tfjs/wasm_heap';
import { withHeapOutputs } from './heap_outputs';
import { checkAllocated } from './heap_room';
import { moduleOnHeap } from './module_on_heap';
import {
  normalizationKernels,
  type NormalizationGradientInputs,
  type NormalizationInputs,
  type NormalizationSettings,
} from './normalization_kernels';

const WHERE = 'Normalization';

/** The tfjs kernels of the backend wasm, which compute where the tensors lie. */
export const heapNormalization: Record<NormalizationKernelName, KernelFunc> = normalizationKernels({
  normalize(backend: WasmBackend, inputs, settings) {
    const [y] = withHeapOutputs(backend, inputs, [inputs.x.shape], WHERE, ([y]) =>
      normalizeInto(backend, y!, inputs, settings),
    );
    return y!;
  },
  gradient(backend: WasmBackend, inputs, settings) {
    const weight = [settings.features];
    const shapes = [inputs.x.shape, weight, ...(settings.centered ? [weight] : [])];
    return withHeapOutputs(backend, inputs, shapes, WHERE, (outputs) =>
      gradientInto(backend, outputs, inputs, settings),
    );
  },
});

function normalizeInto(
  backend: WasmBackend,
  y: TensorInfo,
  inputs: NormalizationInputs,
  settings: NormalizationSettings,
): void {
  const { x, gamma, beta } = inputs;
  const microkernels = moduleOnHeap(backend, normalizationModule);
  if (microkernels == null) {
    const rows = rowsOf(backend, inputs, settings);
    return normalizeRows(rows, beta && floats(backend, beta), floats(backend, y));
  }
  const { rows, features, epsilon, centered } = settings;
  microkernels.normalize(
    heapAddress(backend, x),
    heapAddress(backend, gamma),
    beta == null ? 0 : heapAddress(backend, beta),
    heapAddress(backend, y),
    rows,
    features,
    epsilon,
    Number(centered),
  );
}

function gradientInto(
  backend: WasmBackend,
  [dx, dgamma, dbeta]: TensorInfo[],
  inputs: NormalizationGradientInputs,
  settings: NormalizationSettings,
): void {
  const { x, gamma, dy } = inputs;
  const microkernels = moduleOnHeap(backend, normalizationModule);
  if (microkernels == null) {
    return normalizeRowsGradient(rowsOf(backend, inputs, settings), floats(backend, dy), {
      dx: floats(backend, dx!),
      dgamma: floats(backend, dgamma!),
      dbeta: dbeta && floats(backend, dbeta),
    });
  }
  const { rows, features, epsilon, centered } = settings;
  const sumsAt = allocateHeap(backend, 16 * features);
  checkAllocated(sumsAt, WHERE, 'scratch memory');
  try {
    const sums = new Float64Array(heapMemory(backend)!.buffer, sumsAt, 2 * features).fill(0);
    microkernels.normalizeGradient(
      heapAddress(backend, x),
      heapAddress(backend, gamma),
      heapAddress(backend, dy),
      heapAddress(backend, dx!),
      sumsAt,
      rows,
      features,
      epsilon,
      Number(centered),
    );
    floats(backend, dgamma!).set(sums.subarray(0, features));
    if (dbeta != null) floats(backend, dbeta).set(sums.subarray(features));
  } finally {
    freeHeap(backend, sumsAt);
  }
}

function rowsOf(
  backend: WasmBackend,
  { x, gamma }: NormalizationInputs,
  settings: NormalizationSettings,
): Rows {
  return { ...settings, x: floats(backend, x), gamma: floats(backend, gamma) };
}

function floats(backend: WasmBackend, tensor: TensorInfo): Float32Array {
  return heapValues(backend, tensor) as Float32Array;
}
