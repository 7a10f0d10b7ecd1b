import type { OwnMemoryEngine } from '../wasm/own_memory';
import type { WasmEngineName } from '../wasm/engines';
import { ImageWindows, windowBytes } from '../wasm/image_windows';
import { boundsOf, scaleStride, type MatMulArgs } from '../wasm/mat_mul_args';
import { unlessMemoryIsRefused } from '../wasm/refused_memory';
import { imageSize, inFeaturesOf, macsOf, positionsOf } from './geometry';
import type { TernaryConvolution } from './ternary_convolution';

/** A convolution whose packed words have been uploaded. */
interface Job {
  readonly engine: WasmEngineName;
  readonly convolution: Omit<TernaryConvolution, 'packed'>;
  readonly weight: object;
  readonly y: Float32Array;
}

/** Computes the outputs of an image in a workspace; false if it could not. */
interface Multiply {
  readonly workspaceBytes: number;
  run(args: MatMulArgs, workspace: number): boolean;
}

/**
 * The convolution in the engine's own memory, image after image, for backends whose tensors are JavaScript arrays, and
 * for threads, which share the windows of an image.
 * @throws RefusedMemoryError if the memory has no room and may not grow.
 */
export function convolveInOwnMemory(own: OwnMemoryEngine, job: Job): void {
  const { geometry, units, images } = job.convolution;
  const isShared = own.threads.mayShare(macsOf(geometry, units));
  // One thread needs less memory.
  const computed = isShared ? unlessMemoryIsRefused(() => computeShared(own, job), 0) : 0;
  if (computed < images) computeAlone(own, job, computed);
}

/** Returns how many images are computed: not all if a thread died. */
function computeShared(own: OwnMemoryEngine, job: Job): number {
  const { engine, convolution } = job;
  return computeImages(own, job, 0, {
    workspaceBytes: own.threads.workspaceBytes(engine, sizeOf(convolution)),
    run: (args, workspace) => own.threads.matMul(engine, args, convolution.units, workspace),
  });
}

/** Computes the images from `first` on. */
function computeAlone(own: OwnMemoryEngine, job: Job, first: number): void {
  const { engine, convolution } = job;
  computeImages(own, job, first, {
    workspaceBytes: own.microkernels.workspaceBytes(engine, sizeOf(convolution)),
    run: (args, workspace) => {
      own.microkernels.matMul(engine, args, convolution.units, workspace);
      return true;
    },
  });
}

function sizeOf({ geometry }: Job['convolution']) {
  const [rows, inFeatures] = [positionsOf(geometry), inFeaturesOf(geometry)];
  return { rows, inFeatures, skipZeroBlocks: 0, windows: 1 };
}

/** Returns how many images are computed: all, or those before the one that `multiply` could not compute. */
function computeImages(
  own: OwnMemoryEngine,
  { engine, convolution, weight, y }: Job,
  first: number,
  { workspaceBytes, run }: Multiply,
): number {
  const { x, scale, bias, images, geometry, units, eps, activation } = convolution;
  const inputs = imageSize(geometry);
  const outputs = positionsOf(geometry) * units;
  const floats = inputs + outputs + scale.length + units;
  let computed = first;
  own.lend(4 * floats + windowBytes(geometry) + workspaceBytes, (xAt) => {
    const yAt = xAt + 4 * inputs;
    const scaleAt = yAt + 4 * outputs;
    const biasAt = scaleAt + 4 * scale.length;
    const windowsAt = biasAt + 4 * units;
    const workspace = windowsAt + windowBytes(geometry);
    const heap = own.views.floats(windowsAt);
    heap.set(scale, scaleAt / 4);
    if (bias != null) heap.set(bias, biasAt / 4);
    const windows = new ImageWindows(own.microkernels, engine, geometry, windowsAt);
    const args = {
      ...{ x: 0, packed: own.addressOf(weight), scale: scaleAt, y: yAt, yStride: 4 * units },
      ...{ scaleStride: scaleStride(scale.length), bias: bias == null ? 0 : biasAt },
      ...sizeOf(convolution),
      ...{ windows: windowsAt, firstWindow: 0, eps, ...boundsOf(activation) },
    };
    for (; computed < images; computed++) {
      const i = computed;
      heap.set(x.subarray(i * inputs, (i + 1) * inputs), xAt / 4);
      windows.quantize(xAt, eps);
      if (!run(args, workspace)) return;
      y.set(heap.subarray(yAt / 4, yAt / 4 + outputs), i * outputs);
    }
  });
  return computed;
}
