import { registerAttentionGradient } from '../ops/attention';
import { registerColumnSumsGradient } from '../quantizers/kernel/column_sums';
import { registerGeluGradient } from '../ops/gelu';
import { registerNormalizationGradients } from '../ops/normalization';
import { registerTfjsKernels } from '../ops/register';
import { registerTernaryMatMulGradient } from '../ops/ternary_mat_mul';
import { registerTileGradient } from '../tfjs/tile_gradient';
import { registerExplicitTransposeMatMul } from '../ops/trainable_mat_mul';
import { BACKENDS } from './backends';

for (const { name, tfjsKernels, dispose } of BACKENDS) {
  registerTfjsKernels(name, tfjsKernels, dispose);
}
registerTernaryMatMulGradient();
registerColumnSumsGradient();
registerAttentionGradient();
registerGeluGradient();
registerNormalizationGradients();
registerExplicitTransposeMatMul();
registerTileGradient();

// Without an export, esbuild takes this for a CommonJS module.
export {};
