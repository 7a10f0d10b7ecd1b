import './compat/node_util';
import './backends/register_tfjs_kernels';
import './models/nothing_to_train';

export { engineInfo, ready, type EngineInfo } from './engine/info';
export type { EngineName, EngineState } from './engine/select';
export { BitLinear, bitLinear, type PackedKernel } from './layers/bit_linear';
export type { BitLinearArgs } from './layers/bit_linear_config';
export { convert } from './models/convert/convert';
export type { ConvertOptions, LayerConversionOptions } from './models/convert/options';
export {
  planConversion,
  type ConversionPlan,
  type PlannedLayer,
  type PlanTotals,
} from './models/convert/plan';
export {
  RMSNormalization,
  rmsNormalization,
  type RMSNormalizationArgs,
} from './layers/rms_normalization';
export { deploy } from './models/deploy';
export { packTernary, unpackTernary } from './ops/pack_ternary';
export { ternaryMatMul, type TernaryMatMulArgs } from './ops/ternary_mat_mul';
export type { InputQuantizer } from './ops/trainable_mat_mul';
export type {
  KernelGradient,
  KernelQuantizer,
  QuantizeContext,
  QuantizedKernel,
} from './quantizers/kernel_quantizer';
export {
  quantizers,
  registerQuantizer,
  type KernelQuantizerConfig,
  type KernelQuantizerFactory,
} from './quantizers/registry';
export { disposeModel } from './models/dispose_model';
export type { LayerSummary, Totals } from './models/layer_summary';
export {
  sensitivity,
  type LayerSensitivity,
  type Sensitivity,
  type SensitivityOptions,
} from './models/sensitivity/sensitivity';
export { summary, type ModelSummary } from './models/summary';
export {
  verify,
  type Comparison,
  type LayerVerification,
  type Verification,
} from './models/verify';
export { setBlend } from './training/blend';
export {
  loadCheckpoint,
  saveCheckpoint,
  type CheckpointInfo,
} from './training/checkpoint/checkpoint';
export { distill, type DistillArgs } from './training/distillation/distill';
export type { FeatureMatch } from './training/distillation/features';
export {
  learningRateSchedule,
  type LearningRateScheduleArgs,
} from './training/learning_rate_schedule';
export type { LayerMetrics } from './training/metrics/layer_metrics';
export {
  trainingMetrics,
  type TrainingMetrics,
  type TrainingMetricsArgs,
} from './training/metrics/training_metrics';
export {
  quantizationSchedule,
  type QuantizationScheduleArgs,
} from './training/quantization_schedule';
export { recommend, type Recommendation } from './training/recommend';
export type { ScheduleArgs } from './training/schedule';
export { seededBatches, type SeededBatchesArgs } from './training/seeded_batches';
