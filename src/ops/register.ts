import { registerKernel, type KernelDisposeFunc, type KernelFunc } from '@tensorflow/tfjs-core';

const names = new Set<string>();

/**
 * Registers the tfjs kernels of one backend. The backend may be loaded later.
 * @param disposeFunc is called, once for each tfjs kernel, when the backend is removed.
 */
export function registerTfjsKernels(
  backendName: string,
  tfjsKernels: Readonly<Record<string, KernelFunc>>,
  disposeFunc: KernelDisposeFunc = () => {},
): void {
  names.add(backendName);
  for (const [kernelName, kernelFunc] of Object.entries(tfjsKernels)) {
    registerKernel({ kernelName, backendName, kernelFunc, disposeFunc });
  }
}

/** "cpu, wasm or tensorflow": every backend that has tfjs kernels of this package. */
export function backendNames(): string {
  const all = [...names];
  return `${all.slice(0, -1).join(', ')} or ${all[all.length - 1]}`;
}
