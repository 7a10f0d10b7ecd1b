import type { OwnMemoryEngine } from '../wasm/own_memory';
import type { WasmEngineName } from '../wasm/engines';
import { ImageWindows, windowBytes } from '../wasm/image_windows';
import { floorOf, scaleStride } from '../wasm/mat_mul_args';
import { imageSize, inFeaturesOf, positionsOf } from './geometry';
import type { TernaryConvolution } from './ternary_convolution';

/**
 * The convolution in the engine's own memory, image after image, for backends whose tensors are JavaScript arrays.
 * @param weight whose packed words have been uploaded.
 * @throws RefusedMemoryError if the memory has no room and may not grow.
 */
export function convolveInOwnMemory(
  own: OwnMemoryEngine,
  engine: WasmEngineName,
  convolution: Omit<TernaryConvolution, 'packed'>,
  weight: object,
  y: Float32Array,
): void {
  const { x, scale, bias, images, geometry, units, eps, activation } = convolution;
  const [inputs, rows] = [imageSize(geometry), positionsOf(geometry)];
  const size = { rows, inFeatures: inFeaturesOf(geometry), skipZeroBlocks: 0 };
  const outputs = rows * units;
  const floats = inputs + outputs + scale.length + units;
  const { microkernels } = own;
  const workspaceBytes = microkernels.workspaceBytes(engine, { ...size, windows: 1 });
  own.lend(4 * floats + workspaceBytes + windowBytes(geometry), (xAt) => {
    const yAt = xAt + 4 * inputs;
    const scaleAt = yAt + 4 * outputs;
    const biasAt = scaleAt + 4 * scale.length;
    const windowsAt = biasAt + 4 * units;
    const workspace = windowsAt + windowBytes(geometry);
    const heap = own.views.floats(windowsAt);
    heap.set(scale, scaleAt / 4);
    if (bias != null) heap.set(bias, biasAt / 4);
    const windows = new ImageWindows(microkernels, engine, geometry, windowsAt);
    const args = {
      ...{ x: 0, packed: own.addressOf(weight), scale: scaleAt, y: yAt, yStride: 4 * units },
      ...{ scaleStride: scaleStride(scale.length), bias: bias == null ? 0 : biasAt },
      ...size,
      ...{ windows: windowsAt, eps, floor: floorOf(activation) },
    };
    for (let i = 0; i < images; i++) {
      heap.set(x.subarray(i * inputs, (i + 1) * inputs), xAt / 4);
      windows.quantize(xAt, eps);
      microkernels.matMul(engine, args, units, workspace);
      y.set(heap.subarray(yAt / 4, yAt / 4 + outputs), i * outputs);
    }
  });
}
