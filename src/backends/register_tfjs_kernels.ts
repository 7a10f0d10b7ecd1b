import { registerKernel } from '@tensorflow/tfjs-core';
import { registerTernaryMatMulGradient } from '../ops/ternary_mat_mul';
import { registerTileGradient } from '../ops/tile_gradient';
import { registerExplicitTransposeMatMul } from '../ops/trainable_mat_mul';
import { BACKENDS } from './backends';

// Registering for a backend that is not loaded is harmless, and lets it be loaded later.
for (const { name, tfjsKernels } of BACKENDS) {
  for (const [kernelName, kernelFunc] of Object.entries(tfjsKernels)) {
    registerKernel({ kernelName, backendName: name, kernelFunc });
  }
}
registerTernaryMatMulGradient();
registerExplicitTransposeMatMul();
registerTileGradient();
