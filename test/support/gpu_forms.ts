import { gpuProduct } from '../../src/backends/webgpu/product';
import type { Form } from '../../src/backends/webgpu/product_programs';
import { pack } from '../../src/packing/int2';
import type { WebGPUBackend } from '../../src/tfjs/webgpu_programs';
import type { Product } from './product_reference';

/** Every form of a product's program: both tiles, with and without the dot product of packed integers. */
export const FORMS: readonly Form[] = (['gemv', 'gemm'] as const).flatMap((tile) =>
  [true, false].map((packedDot) => ({ tile, packedDot })),
);

/** The output of each form. */
export async function computedByForms(
  backend: WebGPUBackend,
  { x, ternary, scale, bias, rows, inFeatures, units, eps, activation = 'linear' }: Product,
): Promise<Float32Array[]> {
  const words = pack(ternary, inFeatures, units);
  const floats = (values: Float32Array, ...shape: number[]) =>
    backend.makeTensorInfo(shape, 'float32', values);
  const inputs = {
    x: floats(x, rows, inFeatures),
    packed: backend.makeTensorInfo([units, words.length / units], 'int32', words),
    scale: floats(scale, scale.length),
    ...(bias && { bias: floats(bias, units) }),
  };
  const attrs = { inFeatures, eps, activation };
  const outputs = FORMS.map((form) => gpuProduct(backend, inputs, attrs, form));
  const values = await Promise.all(outputs.map(({ dataId }) => backend.read(dataId)));
  for (const { dataId } of [...Object.values(inputs), ...outputs]) backend.disposeData(dataId);
  return values as Float32Array[];
}
