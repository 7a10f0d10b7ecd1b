import type { KernelQuantizerConfig } from '../../quantizers/kernel/config';
import { createQuantizer, quantizerConfig } from '../../quantizers/kernel/registry';
import { LatentKernel } from './latent_kernel';
import { PackedKernel } from './packed_kernel';
import type { TernaryKernelOptions } from './ternary_kernel';

/** The entries of a layer's config that describe its kernel, with all defaults. */
interface KernelConfig {
  readonly kernelQuantizer: string | KernelQuantizerConfig;
  readonly blend: number;
  readonly deployed: boolean;
  readonly perOutput: boolean;
}

/**
 * The kernel of a new layer, in the life that its config names, and the config of its quantizer.
 * @throws an error that names `where` if the quantizer or one of its options is unknown.
 */
export function createKernel(
  { kernelQuantizer, blend, deployed, perOutput }: KernelConfig,
  options: TernaryKernelOptions,
  where: string,
): { kernel: LatentKernel | PackedKernel; kernelQuantizer: KernelQuantizerConfig } {
  if (deployed) {
    // Packed weights need no rule, and the rule need not be registered: its name remains as information.
    const config =
      typeof kernelQuantizer === 'string' ? { name: kernelQuantizer } : kernelQuantizer;
    const kernel = new PackedKernel({ ...options, perOutput });
    return { kernel, kernelQuantizer: config as KernelQuantizerConfig };
  }
  const quantizer = createQuantizer(kernelQuantizer, where);
  const kernel = new LatentKernel({ ...options, quantizer, blend });
  return { kernel, kernelQuantizer: quantizerConfig(quantizer) };
}
