import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { normalizeArrays, normalizeArraysGradient } from '../engine/normalization/normalize';
import type { NormalizationKernelName } from '../ops/normalization';
import type { ArrayTensors } from './array_product';
import { normalizationKernels } from './normalization_kernels';

/** The tfjs kernels of a backend whose tensors are JavaScript arrays. */
export function arrayNormalization<Backend>(
  tensors: Pick<ArrayTensors<Backend>, 'values' | 'make'>,
): Record<NormalizationKernelName, KernelFunc> {
  const floats = (backend: Backend, tensor: TensorInfo) =>
    tensors.values(backend, tensor) as Float32Array;
  return normalizationKernels<Backend>({
    normalize(backend, { x, gamma, beta }, settings) {
      const y = new Float32Array(settings.rows * settings.features);
      const rows = { ...settings, x: floats(backend, x), gamma: floats(backend, gamma) };
      normalizeArrays(rows, beta && floats(backend, beta), y);
      return tensors.make(backend, x.shape, y);
    },
    gradient(backend, { x, gamma, dy }, settings) {
      const { features, centered } = settings;
      const dx = new Float32Array(settings.rows * features);
      const dgamma = new Float32Array(features);
      const dbeta = centered ? new Float32Array(features) : undefined;
      const rows = { ...settings, x: floats(backend, x), gamma: floats(backend, gamma) };
      normalizeArraysGradient(rows, floats(backend, dy), { dx, dgamma, dbeta });
      const make = (values: Float32Array) => tensors.make(backend, [features], values);
      return [tensors.make(backend, x.shape, dx), make(dgamma), ...(dbeta ? [make(dbeta)] : [])];
    },
  });
}
