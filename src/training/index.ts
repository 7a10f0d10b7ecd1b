import '../register';

export { recommend, type Recommendation } from '../inspect/recommend';
export { setBlend } from './blend';
export { loadCheckpoint, saveCheckpoint, type CheckpointInfo } from './checkpoint/checkpoint';
export type { Storage as CheckpointStorage } from './checkpoint/storage';
export { distill, type DistillArgs } from './distillation/distill';
export type { FeatureMatch } from './distillation/features';
export { learningRateSchedule, type LearningRateScheduleArgs } from './learning_rate_schedule';
export type { LayerMetrics } from './metrics/layer_metrics';
export {
  trainingMetrics,
  type TrainingMetrics,
  type TrainingMetricsArgs,
} from './metrics/training_metrics';
export { quantizationSchedule, type QuantizationScheduleArgs } from './quantization_schedule';
export type { ScheduleArgs } from './schedule';
export { seededBatches, type SeededBatchesArgs } from './seeded_batches';
