import type { ConvolutionGeometry } from '../convolution/geometry';
import { ceilTo64 } from './cache_lines';
import type { WasmEngineName } from './engines';
import type { Microkernels } from './microkernels';
import {
  imageBytes,
  lineBytes,
  SCALE_OFFSET,
  WINDOW_ARGS_BYTES,
  writeWindowArgs,
} from './window_args';

/** Bytes that the microkernel needs for the last floats of a line. */
const TAIL_BYTES = 64;

/** From the arguments on. */
const IMAGE_OFFSET = ceilTo64(WINDOW_ARGS_BYTES) + TAIL_BYTES;

/** Bytes of the memory that `ImageWindows` uses, a multiple of 64. */
export function windowBytes(geometry: ConvolutionGeometry): number {
  return IMAGE_OFFSET + ceilTo64(imageBytes(geometry));
}

/** One image at a time, quantized, in the memory of microkernels: its windows are the rows of a product. */
export class ImageWindows {
  /** @param address of `windowBytes` bytes, a multiple of 4. Its arguments are those of `MatMulArg.windows`. */
  constructor(
    private readonly microkernels: Microkernels,
    private readonly engine: WasmEngineName,
    private readonly geometry: ConvolutionGeometry,
    readonly address: number,
  ) {
    const { views, memory } = microkernels;
    writeWindowArgs(views, address, geometry, this.image);
    // The padding, which stays zero.
    new Uint8Array(memory.buffer, this.image, imageBytes(geometry)).fill(0);
  }

  private get image(): number {
    return this.address + IMAGE_OFFSET;
  }

  /** Takes the image of floats at the address x. */
  quantize(x: number, eps: number): void {
    const { address, geometry, image } = this;
    const { height, width, channels } = geometry;
    const line = lineBytes(geometry);
    const first = image + height.before * line + width.before * channels;
    const [scale, tail] = [address + SCALE_OFFSET, image - TAIL_BYTES];
    const quantizeLines = this.microkernels.quantizeLines(this.engine);
    quantizeLines(x, height.inputs, width.inputs * channels, eps, first, line, scale, tail);
  }
}
