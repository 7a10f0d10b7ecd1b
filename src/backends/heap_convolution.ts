import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { imageSize, inFeaturesOf, macsOf, positionsOf } from '../engine/convolution/geometry';
import { convolveInOwnMemory } from '../engine/convolution/own_memory';
import { ownMemoryEngine, ownMemoryMayShare } from '../engine/own_memory_engine';
import { selectEngine } from '../engine/select';
import type { WasmEngineName } from '../engine/wasm/engines';
import { ImageWindows, windowBytes } from '../engine/wasm/image_windows';
import { boundsOf, scaleStride, type MatMulArgs } from '../engine/wasm/mat_mul_args';
import type { Microkernels } from '../engine/wasm/microkernels';
import { TERNARY_CONV2D, type TernaryConv2DAttrs } from '../ops/ternary_conv2d';
import {
  allocateHeap,
  freeHeap,
  heapAddress,
  heapValues,
  type WasmBackend,
} from '../tfjs/wasm_heap';
import {
  convolutionProduct,
  convolutionSizes,
  convolveArrays,
  convolvedShape,
} from './array_convolution';
import { checkCodesOnce, type TernaryMatMulInputs } from './array_product';
import { heapMicrokernels } from './heap_microkernels';
import { withHeapOutputs } from './heap_outputs';
import { checkAllocated } from './heap_room';
import { computedByThreads } from './heap_threads';
import { computedBesideHeap, MIN_PER_NUMBER, type PackedWork } from './words_beside_heap';

/** The tfjs kernel of the backend wasm: it computes where the tensors lie, unless threads outside are faster. */
export const heapTernaryConv2D: KernelFunc = (args) => {
  const backend = args.backend as WasmBackend;
  const inputs = args.inputs as unknown as TernaryMatMulInputs;
  const attrs = args.attrs as unknown as TernaryConv2DAttrs;
  return (
    computedBesideHeap(backend, inputs, besideHeap(inputs, attrs)) ??
    computedInHeap(backend, inputs, attrs)
  );
};

function besideHeap(inputs: TernaryMatMulInputs, attrs: TernaryConv2DAttrs): PackedWork {
  const { geometry } = attrs;
  const [shape, sizes] = [convolvedShape(inputs, attrs), convolutionSizes(inputs, attrs)];
  const macs = macsOf(geometry, sizes.units);
  const copied = imageSize(geometry) + positionsOf(geometry) * sizes.units;
  return {
    ...{ kernel: TERNARY_CONV2D, shape, ...convolutionProduct(attrs) },
    isLarge: macs >= MIN_PER_NUMBER * copied,
    gains: () => ownMemoryMayShare(macs),
    compute: (engine, operands, weight, y) => {
      const convolution = { ...operands, ...sizes };
      convolveInOwnMemory(ownMemoryEngine(), { engine, convolution, weight, y });
    },
  };
}

function computedInHeap(
  backend: WasmBackend,
  inputs: TernaryMatMulInputs,
  attrs: TernaryConv2DAttrs,
): TensorInfo {
  const shapes = [convolvedShape(inputs, attrs)];
  const [output] = withHeapOutputs(backend, inputs, shapes, TERNARY_CONV2D, ([y]) => {
    const engine = selectEngine(convolutionProduct(attrs));
    const microkernels = engine === 'portable' ? undefined : heapMicrokernels(backend);
    if (engine !== 'portable' && microkernels?.supports(engine)) {
      convolveInPlace({ backend, microkernels, engine, inputs, attrs, output: y! });
    } else {
      const values = (tensor: TensorInfo) => heapValues(backend, tensor);
      convolveArrays({ values }, inputs, attrs, values(y!) as Float32Array);
    }
  });
  return output!;
}

interface HeapConvolution {
  readonly backend: WasmBackend;
  readonly microkernels: Microkernels;
  readonly engine: WasmEngineName;
  readonly inputs: TernaryMatMulInputs;
  readonly attrs: TernaryConv2DAttrs;
  readonly output: TensorInfo;
}

/** Computes the outputs of an image in a workspace; false if it could not. */
type Multiply = (args: MatMulArgs, workspace: number) => boolean;

/** Every operand where it lies in tfjs's heap: nothing is copied. */
function convolveInPlace(convolution: HeapConvolution): void {
  const { backend, microkernels, engine, inputs, attrs, output } = convolution;
  const { packed } = inputs;
  const words = () => heapValues(backend, packed) as Int32Array;
  checkCodesOnce(packed.dataId, words, TERNARY_CONV2D);
  const { geometry } = attrs;
  const units = packed.shape[0]!;
  const forWindows = windowBytes(geometry);
  const size = sizeOf(attrs);
  const isComputed = computedByThreads(backend, output, {
    kernel: TERNARY_CONV2D,
    multiplications: macsOf(geometry, units),
    workspaceBytes: (threads) => forWindows + threads.workspaceBytes(engine, size),
    run: (threads, windowsAt) =>
      convolveImages(convolution, windowsAt, (args, workspace) =>
        threads.matMul(engine, args, units, workspace),
      ),
  });
  if (isComputed) return;
  const windowsAt = allocateHeap(backend, forWindows + microkernels.workspaceBytes(engine, size));
  checkAllocated(windowsAt, TERNARY_CONV2D, 'scratch memory');
  try {
    convolveImages(convolution, windowsAt, (args, workspace) => {
      microkernels.matMul(engine, args, units, workspace);
      return true;
    });
  } finally {
    freeHeap(backend, windowsAt);
  }
}

/** Image after image. The workspace lies behind the windows. Returns whether all are computed. */
function convolveImages(
  { backend, microkernels, engine, inputs, attrs, output }: HeapConvolution,
  windowsAt: number,
  multiply: Multiply,
): boolean {
  const { x, packed, scale, bias } = inputs;
  const { geometry, eps, activation } = attrs;
  const units = packed.shape[0]!;
  const windows = new ImageWindows(microkernels, engine, geometry, windowsAt);
  const [xAt, yAt] = [heapAddress(backend, x), heapAddress(backend, output)];
  const [inputBytes, outputBytes] = [4 * imageSize(geometry), 4 * positionsOf(geometry) * units];
  const args = {
    ...{ x: 0, packed: heapAddress(backend, packed), yStride: 4 * units },
    ...{ scale: heapAddress(backend, scale), scaleStride: scaleStride(scale.shape[0] ?? 1) },
    bias: bias == null ? 0 : heapAddress(backend, bias),
    ...sizeOf(attrs),
    ...{ windows: windowsAt, firstWindow: 0, eps, ...boundsOf(activation) },
  };
  for (let i = 0; i < x.shape[0]!; i++) {
    windows.quantize(xAt + i * inputBytes, eps);
    const ofImage = { ...args, y: yAt + i * outputBytes };
    if (!multiply(ofImage, windowsAt + windowBytes(geometry))) return false;
  }
  return true;
}

function sizeOf({ geometry }: TernaryConv2DAttrs) {
  const [rows, inFeatures] = [positionsOf(geometry), inFeaturesOf(geometry)];
  return { rows, inFeatures, skipZeroBlocks: 0, windows: 1 };
}
