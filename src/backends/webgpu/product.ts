import { util, type TensorInfo } from '@tensorflow/tfjs-core';
import { TERNARY_MAT_MUL } from '../../ops/ternary_mat_mul';
import { runProgram, type WebGPUBackend } from '../../tfjs/webgpu_programs';
import type { TernaryMatMulInputs } from '../array_product';
import { int8RowsProgram, wordsOfRow } from './int8_rows';
import { productProgram, type Form, type ProductInputs } from './product_programs';

/** Up to as many rows, reading the words several times takes less time than a tile that is partly empty. */
const GEMV_ROWS = 8;

/** What of a product is not a tensor. */
export type ProductAttrs = Pick<ProductInputs, 'activation'> & {
  readonly inFeatures: number;
  readonly eps: number;
};

/** The tile for a product of so many rows. */
export function tileFor(rows: number): Form['tile'] {
  return rows <= GEMV_ROWS ? 'gemv' : 'gemm';
}

/**
 * The product on a GPU: int8 rows, then their product with the packed words, which are to be tensors of the GPU.
 * @throws if a buffer would be larger than the GPU binds.
 */
export function gpuProduct(
  backend: WebGPUBackend,
  { x, packed, scale, bias }: TernaryMatMulInputs,
  { inFeatures, eps, activation }: ProductAttrs,
  form: Form,
): TensorInfo {
  const [count, units] = [x.shape[0]!, packed.shape[0]!];
  const [rowsShape, shape] = [
    [count, wordsOfRow(inFeatures)],
    [count, units],
  ];
  const parts = { x: x.shape, packed: packed.shape, 'int8 rows': rowsShape, output: shape };
  for (const [part, size] of Object.entries(parts)) checkBinding(backend, part, size);
  const rows = backend.makeTensorInfo(rowsShape, 'int32');
  const y = backend.makeTensorInfo(shape, 'float32');
  runProgram(backend, int8RowsProgram(x, inFeatures, eps), rows);
  runProgram(backend, productProgram({ rows, packed, scale, bias, activation }, form), y);
  backend.disposeData(rows.dataId);
  return y;
}

function checkBinding({ device }: WebGPUBackend, part: string, shape: number[]): void {
  const most = device.limits.maxStorageBufferBindingSize;
  const bytes = 4 * util.sizeFromShape(shape);
  if (bytes <= most) return;
  throw new Error(
    `${TERNARY_MAT_MUL}: ${part} of shape ${JSON.stringify(shape)} takes ${bytes} bytes, and this GPU binds at most ` +
      `${most} (maxStorageBufferBindingSize).`,
  );
}
