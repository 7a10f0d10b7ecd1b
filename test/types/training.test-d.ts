import type { Callback, LayersModel } from '@tensorflow/tfjs-layers';
import type { io, Tensor } from '@tensorflow/tfjs-core';
import { expectTypeOf } from 'expect-type';
import {
  checkpoints,
  descriptorSchedule,
  distill,
  learningRateSchedule,
  loadCheckpoint,
  metricLoss,
  placeBatches,
  quantizationSchedule,
  recommend,
  saveCheckpoint,
  seededBatches,
  setBlend,
  trainingMetrics,
  type CheckpointInfo,
  type Checkpoints,
  type CheckpointStorage,
  type CheckpointStorageOf,
  type DistillationModel,
  type LayerMetrics,
  type Recommendation,
  type TrainingMetrics,
} from 'tfjs-bitcore/training';

/*
 * What users' compilers see of `tfjs-bitcore/training`, by the types in dist/. Never run: tsc checks it.
 */

declare const model: LayersModel;
declare const x: Tensor;

// Callbacks, as `fit` takes them.
expectTypeOf(learningRateSchedule({ type: 'cosine', learningRate: 1e-3 })).toExtend<Callback>();
expectTypeOf(quantizationSchedule({ type: 'logistic' })).toExtend<Callback>();
expectTypeOf(trainingMetrics()).toEqualTypeOf<TrainingMetrics>();
expectTypeOf(trainingMetrics().look(model)).resolves.toEqualTypeOf<LayerMetrics[]>();
// @ts-expect-error: no such curve
learningRateSchedule({ type: 'sine', learningRate: 1e-3 });
// @ts-expect-error: learningRate is required
learningRateSchedule({ type: 'cosine' });

expectTypeOf(checkpoints((name) => `indexeddb://${name}`)).toEqualTypeOf<Checkpoints>();
expectTypeOf<Checkpoints>().toExtend<Callback>();
expectTypeOf<Checkpoints['restore']>().returns.resolves.toEqualTypeOf<CheckpointInfo>();
expectTypeOf<CheckpointStorageOf>().toEqualTypeOf<(name: string) => CheckpointStorage>();
// @ts-expect-error: no such mode
checkpoints((name) => `indexeddb://${name}`, { monitor: 'val_loss', mode: 'auto' });
// @ts-expect-error: a function
checkpoints('indexeddb://run');

// Datasets, as `fitDataset` takes them.
expectTypeOf(seededBatches(x, [x], { seed: 1 })).toExtend<
  Parameters<LayersModel['fitDataset']>[0]
>();
expectTypeOf(placeBatches(x, Int32Array.of(1), { seed: 1 })).toEqualTypeOf(
  seededBatches(x, x, { seed: 1 }),
);
placeBatches(async (indices, { epoch }) => (epoch > indices.length ? x : [x]), [1], { seed: 1 });
// @ts-expect-error: seed is required
seededBatches(x, x, {});

expectTypeOf(distill(model, model)).toEqualTypeOf<DistillationModel>();
expectTypeOf<DistillationModel>().toExtend<LayersModel>();
distill(model, model, { alpha: 1 }).compile({ optimizer: 'adam' });
// @ts-expect-error: the number of heads is required
distill(model, model, { attention: [{ student: 'a', teacher: 'b' }] });

// A loss, as `compile` takes it, and its schedule.
const loss = metricLoss();
model.compile({ optimizer: 'adam', loss });
expectTypeOf(loss.binaryShare).toBeNumber();
expectTypeOf(descriptorSchedule(loss, { type: 'cosine' })).toExtend<Callback>();
// @ts-expect-error: a loss of metricLoss
descriptorSchedule('meanSquaredError', { type: 'cosine' });
expectTypeOf(setBlend).returns.toBeVoid();
expectTypeOf(recommend(model)).toEqualTypeOf<Recommendation[]>();

// Checkpoints: a URL or a handler.
expectTypeOf<CheckpointStorage>().toEqualTypeOf<string | io.IOHandler>();
expectTypeOf(saveCheckpoint(model, 'indexeddb://run', { epoch: 1 })).resolves.toBeVoid();
// @ts-expect-error: epoch is required
void saveCheckpoint(model, 'indexeddb://run', { allowNonFinite: true });
expectTypeOf(loadCheckpoint(model, 'indexeddb://run')).resolves.toEqualTypeOf<CheckpointInfo>();
