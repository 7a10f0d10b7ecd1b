import { MatMulArg } from '../../../kernels/mat_mul_args';
import type { Activation } from '../ternary_product';
import type { MemoryViews } from './memory_views';

/** The arguments of a packed product, by the names that kernels/mat_mul_args.ts explains. */
export type MatMulArgs = Readonly<Record<keyof typeof MatMulArg, number>>;

/** Those that decide how much scratch memory a product needs. */
export type MatMulSize = Pick<MatMulArgs, 'rows' | 'inFeatures' | 'skipZeroBlocks' | 'windows'>;

/** Bytes that the arguments take. (An enum's object holds its numbers as keys, too.) */
export const MAT_MUL_ARGS_BYTES = (4 * Object.keys(MatMulArg).length) / 2;

/**
 * Writes the arguments of a product to the address `at`, a multiple of 4. Written out: a loop over the names
 * would add 0.3 microseconds to a call, of which small layers take 4.
 */
export function writeMatMulArgs(views: MemoryViews, at: number, args: MatMulArgs): void {
  const end = at + MAT_MUL_ARGS_BYTES;
  const word = at >>> 2;
  const integers = views.integers(end);
  integers[word + MatMulArg.x] = args.x;
  integers[word + MatMulArg.packed] = args.packed;
  integers[word + MatMulArg.scale] = args.scale;
  integers[word + MatMulArg.scaleStride] = args.scaleStride;
  integers[word + MatMulArg.bias] = args.bias;
  integers[word + MatMulArg.y] = args.y;
  integers[word + MatMulArg.yStride] = args.yStride;
  integers[word + MatMulArg.rows] = args.rows;
  integers[word + MatMulArg.inFeatures] = args.inFeatures;
  integers[word + MatMulArg.skipZeroBlocks] = args.skipZeroBlocks;
  integers[word + MatMulArg.windows] = args.windows;
  integers[word + MatMulArg.firstWindow] = args.firstWindow;
  const floats = views.floats(end);
  floats[word + MatMulArg.eps] = args.eps;
  floats[word + MatMulArg.floor] = args.floor;
  floats[word + MatMulArg.ceiling] = args.ceiling;
}

/** Bytes from one output's scale to the next, for a kernel with `scales` scales. */
export function scaleStride(scales: number): number {
  return scales === 1 ? 0 : 4;
}

/** The least and the largest value of an output. */
export function boundsOf(
  activation: Activation | undefined,
): Pick<MatMulArgs, 'floor' | 'ceiling'> {
  return {
    floor: activation === 'relu' || activation === 'relu6' ? 0 : -Infinity,
    ceiling: activation === 'relu6' ? 6 : Infinity,
  };
}
