import { util, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import {
  fitsMicrokernels,
  gateScratchBytes,
  microkernelFor,
  type GateRows,
} from '../engine/gate/gate_rows';
import type { GateMicrokernels } from '../engine/gate/microkernels';
import { gateModule } from '../engine/gate/module';
import { gatePortable } from '../engine/gate/portable';
import { SPARSITY_GATE } from '../ops/sparsity_gate';
import {
  allocateHeap,
  freeHeap,
  heapAddress,
  heapValues,
  type WasmBackend,
} from '../tfjs/wasm_heap';
import { withHeapOutputs } from './heap_outputs';
import { checkAllocated } from './heap_room';
import { moduleOnHeap } from './module_on_heap';

/** The tfjs kernel of the backend wasm, which computes where the tensors lie. */
export const heapGate: KernelFunc = (args) => {
  const backend = args.backend as WasmBackend;
  const inputs = args.inputs as unknown as { x: TensorInfo };
  const rows = args.attrs as unknown as GateRows;
  const [y] = withHeapOutputs(backend, inputs, [inputs.x.shape], SPARSITY_GATE, ([y]) => {
    const microkernels = fitsMicrokernels(rows) ? moduleOnHeap(backend, gateModule) : undefined;
    if (microkernels != null) gateInPlace(backend, microkernels, inputs.x, rows, y!);
    else gatePortable(floats(backend, inputs.x), rows, floats(backend, y!));
  });
  return y!;
};

function gateInPlace(
  backend: WasmBackend,
  microkernels: GateMicrokernels,
  x: TensorInfo,
  rows: GateRows,
  y: TensorInfo,
): void {
  const { width, keep } = rows;
  const count = util.sizeFromShape(x.shape) / width;
  const scratch = allocateHeap(backend, gateScratchBytes(rows));
  checkAllocated(scratch, SPARSITY_GATE, 'scratch memory');
  try {
    const gate = microkernelFor(rows, microkernels);
    gate(heapAddress(backend, x), heapAddress(backend, y), count, width, keep, scratch);
  } finally {
    freeHeap(backend, scratch);
  }
}

function floats(backend: WasmBackend, tensor: TensorInfo): Float32Array {
  return heapValues(backend, tensor) as Float32Array;
}
