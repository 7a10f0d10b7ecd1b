/**
 * Schedules, distillation, metrics, checkpoints, batches and advice for training.
 *
 * @module tfjs-bitcore/training
 */
import '../register';

export { recommend, type Recommendation } from '../inspect/recommend';
export type { Examples } from './batches/examples';
export {
  placeBatches,
  type BatchPosition,
  type LoadViews,
  type PlaceBatchesOptions,
} from './batches/place_batches';
export { seededBatches, type SeededBatchesOptions } from './batches/seeded_batches';
export { setBlend } from './blend';
export {
  loadCheckpoint,
  saveCheckpoint,
  type CheckpointInfo,
  type SaveCheckpointOptions,
} from './checkpoint/checkpoint';
export { checkpoints, type Checkpoints, type CheckpointsOptions } from './checkpoint/checkpoints';
export type { StorageOf as CheckpointStorageOf } from './checkpoint/places';
export type { Storage as CheckpointStorage } from './checkpoint/storage';
export { distill, type DistillOptions } from './distillation/distill';
export type { AttentionMatch } from './distillation/attention_match';
export type { DistillationModel } from './distillation/distillation_model';
export type { FeatureMatch } from './distillation/features';
export type { Grid } from './distillation/resize_grid';
export { learningRateSchedule, type LearningRateScheduleOptions } from './learning_rate_schedule';
export { descriptorSchedule, type DescriptorScheduleOptions } from './metric/descriptor_schedule';
export { metricLoss, type MetricLoss, type MetricLossOptions } from './metric/metric_loss';
export type { LayerMetrics } from './metrics/layer_metrics';
export {
  trainingMetrics,
  type TrainingMetrics,
  type TrainingMetricsOptions,
} from './metrics/training_metrics';
export { quantizationSchedule, type QuantizationScheduleOptions } from './quantization_schedule';
export type { ScheduleOptions } from './schedule';
export { sparsitySchedule, type SparsityScheduleOptions } from './sparsity_schedule';
