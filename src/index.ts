import './tfjs/node_util';
import './backends/register_tfjs_kernels';
import './deploy/nothing_to_train';

export { engineInfo, ready, type EngineInfo } from './backends/engine_info';
export type { EngineName, EngineState } from './engine/select';
export { bitLinear } from './layers/bit_linear/bit_linear';
export type { FromPackedOptions } from './layers/bit_linear/from_packed';
export { BitLinear } from './layers/bit_linear/layer';
export type { FromDenseOptions } from './layers/bit_linear/from_dense';
export type { BitLinearOptions } from './layers/bit_linear/options';
export type { PackedWeights } from './layers/ternary/packed_weights';
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
  type RMSNormalizationOptions,
} from './layers/rms_normalization';
export { deploy } from './deploy/deploy';
export { packTernary, unpackTernary } from './ops/pack_ternary';
export { ternaryMatMul, type TernaryMatMulOptions } from './ops/ternary_mat_mul';
export type { InputQuantizerName } from './quantizers/input/registry';
export type { QuantizationOptions } from './quantizers/options';
export type { KernelQuantizerConfig } from './quantizers/kernel/config';
export type {
  KernelGradient,
  KernelQuantizer,
  QuantizeContext,
  QuantizedKernel,
} from './quantizers/kernel/kernel_quantizer';
export {
  quantizers,
  registerQuantizer,
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
