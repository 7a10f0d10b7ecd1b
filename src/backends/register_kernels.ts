import { registerKernel } from '@tensorflow/tfjs-core';
import { registerTernaryMatMulGradient } from '../ops/ternary_mat_mul';
import { registerTileGradient } from '../tfjs/tile_gradient';
import { registerExplicitTransposeMatMul } from '../ops/trainable_mat_mul';
import { composedTernaryMatMuls } from './composed';
import { cpuTernaryMatMul } from './cpu';
import { tensorflowTernaryMatMul } from './tensorflow';
import { wasmTernaryMatMul } from './wasm';

// Registering for a backend that is not loaded is harmless, and lets it be loaded later.
const kernels = [
  cpuTernaryMatMul,
  wasmTernaryMatMul,
  tensorflowTernaryMatMul,
  ...composedTernaryMatMuls,
];

for (const kernel of kernels) registerKernel(kernel);
registerTernaryMatMulGradient();
registerExplicitTransposeMatMul();
registerTileGradient();
