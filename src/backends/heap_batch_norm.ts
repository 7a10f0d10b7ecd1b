import { util, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import { channelFactors, normalizeChannels } from '../engine/normalization/channels';
import { normalizationModule } from '../engine/normalization/module';
import { BATCH_NORM, type BatchNormAttrs } from '../ops/batch_norm';
import {
  allocateHeap,
  freeHeap,
  heapAddress,
  heapMemory,
  heapValues,
  type WasmBackend,
} from '../tfjs/wasm_heap';
import type { BatchNormInputs } from './batch_norm_inputs';
import { withHeapOutputs } from './heap_outputs';
import { checkAllocated } from './heap_room';
import { moduleOnHeap } from './module_on_heap';

/** The tfjs kernel of the backend wasm, which computes where the tensors lie. */
export const heapBatchNorm: KernelFunc = (args) => {
  const backend = args.backend as WasmBackend;
  const inputs = args.inputs as unknown as BatchNormInputs;
  const { varianceEpsilon } = args.attrs as unknown as BatchNormAttrs;
  const [y] = withHeapOutputs(backend, inputs, [inputs.x.shape], BATCH_NORM, ([y]) =>
    normalizeInto(backend, y!, inputs, varianceEpsilon),
  );
  return y!;
};

function normalizeInto(
  backend: WasmBackend,
  y: TensorInfo,
  { x, mean, variance, scale, offset }: BatchNormInputs,
  epsilon: number,
): void {
  const floats = (tensor: TensorInfo) => heapValues(backend, tensor) as Float32Array;
  const factor = channelFactors(floats(scale), floats(variance), epsilon);
  const microkernels = moduleOnHeap(backend, normalizationModule);
  if (microkernels == null) {
    const channels = { x: floats(x), mean: floats(mean), factor, beta: floats(offset) };
    return normalizeChannels(channels, floats(y));
  }
  const factorAt = allocateHeap(backend, factor.byteLength);
  checkAllocated(factorAt, BATCH_NORM, 'scratch memory');
  try {
    new Float32Array(heapMemory(backend)!.buffer, factorAt, factor.length).set(factor);
    const [xAt, meanAt, offsetAt, yAt] = [x, mean, offset, y].map((tensor) =>
      heapAddress(backend, tensor),
    ) as [number, number, number, number];
    const rows = util.sizeFromShape(x.shape) / factor.length;
    microkernels.normalizeChannels(xAt, meanAt, factorAt, offsetAt, yAt, rows, factor.length);
  } finally {
    freeHeap(backend, factorAt);
  }
}
