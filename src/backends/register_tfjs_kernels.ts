import { registerAttentionGradient } from '../ops/attention';
import { registerBatchNormGradient } from '../ops/batch_norm';
import { registerConvolutionForTraining } from '../ops/convolution';
import { registerColumnSumsGradient } from '../quantizers/kernel/column_sums';
import { registerGeluGradient } from '../ops/gelu';
import { registerNormalizationGradients } from '../ops/normalization';
import { registerTfjsKernels } from '../ops/register';
import { registerTernaryConv2DGradient } from '../ops/ternary_conv2d';
import { registerTernaryMatMulGradient } from '../ops/ternary_mat_mul';
import { registerTileGradient } from '../tfjs/tile_gradient';
import { registerExplicitTransposeMatMul } from '../ops/mat_mul_for_training';
import { BACKENDS } from './backends';

for (const { name, tfjsKernels, dispose } of BACKENDS) {
  registerTfjsKernels(name, tfjsKernels, dispose);
}
registerTernaryMatMulGradient();
registerTernaryConv2DGradient();
registerColumnSumsGradient();
registerAttentionGradient();
registerGeluGradient();
registerNormalizationGradients();
registerBatchNormGradient();
registerExplicitTransposeMatMul();
registerConvolutionForTraining(BACKENDS.map(({ name }) => name));
registerTileGradient();

// Without an export, esbuild takes this for a CommonJS module.
export {};
