import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { imageSize, inFeaturesOf, positionsOf } from '../engine/convolution/geometry';
import { selectEngine } from '../engine/select';
import type { WasmEngineName } from '../engine/wasm/engines';
import { ImageWindows, windowBytes } from '../engine/wasm/image_windows';
import { floorOf, scaleStride } from '../engine/wasm/mat_mul_args';
import type { Microkernels } from '../engine/wasm/microkernels';
import { TERNARY_CONV2D, type TernaryConv2DAttrs } from '../ops/ternary_conv2d';
import {
  allocateHeap,
  freeHeap,
  heapAddress,
  heapValues,
  type WasmBackend,
} from '../tfjs/wasm_heap';
import { convolveArrays, convolvedShape } from './array_convolution';
import { checkCodesOnce, type TernaryMatMulInputs } from './array_product';
import { heapMicrokernels } from './heap_microkernels';
import { withHeapOutputs } from './heap_outputs';
import { checkAllocated } from './heap_room';

/** The tfjs kernel of the backend wasm, which computes where the tensors lie. */
export const heapTernaryConv2D: KernelFunc = (args) => {
  const backend = args.backend as WasmBackend;
  const inputs = args.inputs as unknown as TernaryMatMulInputs;
  const attrs = args.attrs as unknown as TernaryConv2DAttrs;
  const shapes = [convolvedShape(inputs, attrs)];
  const [output] = withHeapOutputs(backend, inputs, shapes, TERNARY_CONV2D, ([y]) => {
    const engine = selectEngine(attrs.inputQuantizer);
    const microkernels = engine === 'portable' ? undefined : heapMicrokernels(backend);
    if (engine !== 'portable' && microkernels?.supports(engine)) {
      convolveInPlace(backend, microkernels, engine, inputs, attrs, y!);
    } else {
      const values = (tensor: TensorInfo) => heapValues(backend, tensor);
      convolveArrays({ values }, inputs, attrs, values(y!) as Float32Array);
    }
  });
  return output!;
};

function convolveInPlace(
  backend: WasmBackend,
  microkernels: Microkernels,
  engine: WasmEngineName,
  { x, packed, scale, bias }: TernaryMatMulInputs,
  { geometry, eps, activation }: TernaryConv2DAttrs,
  output: TensorInfo,
): void {
  checkCodesOnce(packed.dataId, () => heapValues(backend, packed) as Int32Array);
  const units = packed.shape[0]!;
  const rows = positionsOf(geometry);
  const size = { rows, inFeatures: inFeaturesOf(geometry), skipZeroBlocks: 0 };
  const forWindows = windowBytes(geometry);
  const windowsAt = allocateHeap(
    backend,
    forWindows + microkernels.workspaceBytes(engine, { ...size, windows: 1 }),
  );
  checkAllocated(windowsAt, TERNARY_CONV2D, 'scratch memory');
  try {
    const windows = new ImageWindows(microkernels, engine, geometry, windowsAt);
    const [xAt, yAt] = [heapAddress(backend, x), heapAddress(backend, output)];
    const args = {
      ...{ x: 0, packed: heapAddress(backend, packed), yStride: 4 * units },
      ...{ scale: heapAddress(backend, scale), scaleStride: scaleStride(scale.shape[0] ?? 1) },
      bias: bias == null ? 0 : heapAddress(backend, bias),
      ...size,
      ...{ windows: windowsAt, eps, floor: floorOf(activation) },
    };
    for (let i = 0; i < x.shape[0]!; i++) {
      windows.quantize(xAt + 4 * i * imageSize(geometry), eps);
      const y = yAt + 4 * i * rows * units;
      microkernels.matMul(engine, { ...args, y }, units, windowsAt + forWindows);
    }
  } finally {
    freeHeap(backend, windowsAt);
  }
}
