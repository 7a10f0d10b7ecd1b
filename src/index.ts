import './tfjs/node_util';
import './backends/register_kernels';
import './deploy/nothing_to_train';

export { engineInfo, ready, type EngineInfo } from './engine/info';
export type { EngineName, EngineState } from './engine/select';
export { BitLinear, bitLinear, type PackedKernel } from './layers/bit_linear';
export type { BitLinearArgs } from './layers/bit_linear_config';
export { convert } from './convert/convert';
export type { ConversionOptions, ConvertOptions, LayerConversionOptions } from './convert/options';
export {
  planConversion,
  type ConversionPlan,
  type PlannedLayer,
  type PlanTotals,
} from './convert/plan';
export {
  RMSNormalization,
  rmsNormalization,
  type RMSNormalizationArgs,
} from './layers/rms_normalization';
export { deploy } from './deploy/deploy';
export { packTernary, unpackTernary } from './ops/pack_ternary';
export { ternaryMatMul, type TernaryMatMulArgs } from './ops/ternary_mat_mul';
export type { InputQuantizer } from './ops/trainable_mat_mul';
export type {
  KernelGradient,
  KernelQuantizer,
  QuantizeContext,
  QuantizedKernel,
} from './quantizers/kernel/kernel_quantizer';
export {
  quantizers,
  registerQuantizer,
  type KernelQuantizerConfig,
  type KernelQuantizerFactory,
} from './quantizers/kernel/registry';
export { disposeModel } from './topology/dispose_model';
export type { LayerSummary, SummaryTotals } from './inspect/layer_summary';
export {
  sensitivity,
  type LayerSensitivity,
  type Sensitivity,
  type SensitivityOptions,
} from './convert/sensitivity/sensitivity';
export { summary, type ModelSummary } from './inspect/summary';
export {
  verify,
  type OutputComparison,
  type LayerVerification,
  type Verification,
} from './deploy/verify';
export { setBlend } from './training/blend';
export {
  loadCheckpoint,
  saveCheckpoint,
  type CheckpointInfo,
} from './training/checkpoint/checkpoint';
export { distill, type DistillOptions } from './training/distillation/distill';
export type { FeatureMatch } from './training/distillation/features';
export {
  learningRateSchedule,
  type LearningRateScheduleOptions,
} from './training/learning_rate_schedule';
export type { LayerMetrics } from './training/metrics/layer_metrics';
export {
  trainingMetrics,
  type TrainingMetrics,
  type TrainingMetricsOptions,
} from './training/metrics/training_metrics';
export {
  quantizationSchedule,
  type QuantizationScheduleOptions,
} from './training/quantization_schedule';
export { recommend, type Recommendation } from './inspect/recommend';
export type { ScheduleOptions } from './training/schedule';
export { seededBatches, type SeededBatchesOptions } from './training/seeded_batches';
