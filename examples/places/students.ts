import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setSparsity } from 'tfjs-bitcore';
import {
  descriptorSchedule,
  distill,
  metricLoss,
  quantizationSchedule,
  sparsitySchedule,
} from 'tfjs-bitcore/training';
import { buildStudent, copyCommonLayers, type StudentKind } from './net/student';
import { DESCRIPTOR_LAYER, TOKENS } from './net/stem';
import { buildTeacher } from './net/teacher';
import type { PlacesOptions, Sizes } from './options';
import type { Views } from './world/views';
import { train } from './training';

const LEARNING_RATE = { teacher: 2e-3, distillation: 3e-3, metric: 5e-4 };
/**
 * Softer than the defaults, which learn from the hardest view of another place alone: a net that begins has to tell
 * most places apart first, and few epochs do not lead beyond that.
 */
const LOSS = { alpha: 2, beta: 10, base: 0.5 };
/** After so many epochs all weights are ternary, so that the fast part of training is for ternary weights. */
const EPOCHS_TO_TERNARY = 1;
/** Adam's share of the past in the mean of the squared gradients. */
const SECOND_MOMENT = 0.99;
/** The sparsity for which the sparse net learns. */
const SPARSITY = 0.4;
/** The steps of both stages have sparsities around it, in the second one closer to it. */
const SPARSITIES = {
  fromTeacher: { type: 'constant', low: 0.2, high: 0.5, final: SPARSITY },
  fromPlaces: { type: 'constant', low: 0.3, high: 0.5, final: SPARSITY },
} as const;

export interface Lesson {
  readonly options: PlacesOptions;
  readonly sizes: Sizes;
  readonly training: Views;
}

/** Learns from the places of views alone, for descriptors that are more and more binary. */
export async function trainedTeacher(lesson: Lesson): Promise<tf.LayersModel> {
  const net = buildTeacher(lesson.options.seed);
  const loss = metricLoss(LOSS);
  net.compile({ optimizer: adam(), loss });
  const { teacherEpochs: epochs } = lesson.sizes;
  const callbacks = [descriptorSchedule(loss, { type: 'logistic' })];
  await trainAs(lesson, net, 'teacher', epochs, LEARNING_RATE.teacher, callbacks);
  return net;
}

/** Learns from the teacher first, then from the places of views, for descriptors that are more and more binary. */
export async function trainedStudent(
  lesson: Lesson,
  kind: StudentKind,
  teacher: tf.LayersModel,
): Promise<tf.LayersModel> {
  const net = buildStudent(kind, lesson.options.seed);
  copyCommonLayers(teacher, net);
  await learnFromTeacher(lesson, kind, net, teacher);
  await learnPlaces(lesson, kind, net);
  // Checkpoints do not hold it.
  if (kind === 'sparse') setSparsity(net, SPARSITY);
  return net;
}

async function learnFromTeacher(
  lesson: Lesson,
  kind: StudentKind,
  net: tf.LayersModel,
  teacher: tf.LayersModel,
): Promise<void> {
  const distillation = distill(net, teacher, {
    alpha: 1,
    features: [
      { student: DESCRIPTOR_LAYER, teacher: DESCRIPTOR_LAYER },
      { student: TOKENS, teacher: TOKENS, tokens: 'patches', weight: 30 },
    ],
  });
  distillation.compile({ optimizer: adam() });
  const ternary = quantizationSchedule({ type: 'logistic', epochs: EPOCHS_TO_TERNARY });
  const callbacks = kind === 'float' ? [] : [ternary];
  if (kind === 'sparse') {
    const { seed } = lesson.options;
    callbacks.push(sparsitySchedule({ ...SPARSITIES.fromTeacher, seed }));
  }
  const { distillationEpochs, sparseDistillationEpochs } = lesson.sizes;
  const epochs = kind === 'sparse' ? sparseDistillationEpochs : distillationEpochs;
  const name = `${kind}, from the teacher`;
  await trainAs(lesson, distillation, name, epochs, LEARNING_RATE.distillation, callbacks);
  distillation.dispose();
}

async function learnPlaces(lesson: Lesson, kind: StudentKind, net: tf.LayersModel): Promise<void> {
  const loss = metricLoss(LOSS);
  net.compile({ optimizer: adam(), loss });
  const callbacks = [descriptorSchedule(loss, { type: 'logistic' })];
  if (kind === 'sparse') {
    const { seed } = lesson.options;
    callbacks.push(sparsitySchedule({ ...SPARSITIES.fromPlaces, seed: seed + 1 }));
  }
  const name = `${kind}, places`;
  const { metricEpochs, sparseMetricEpochs } = lesson.sizes;
  const epochs = kind === 'sparse' ? sparseMetricEpochs : metricEpochs;
  await trainAs(lesson, net, name, epochs, LEARNING_RATE.metric, callbacks);
}

function adam(): tf.Optimizer {
  return tf.train.adam(LEARNING_RATE.teacher, 0.9, SECOND_MOMENT);
}

function trainAs(
  { options, sizes, training }: Lesson,
  model: tf.LayersModel,
  name: string,
  epochs: number,
  learningRate: number,
  callbacks: tf.Callback[],
): Promise<void> {
  const checkpoint = join(options.out, 'checkpoints', name.replace(/\W+/g, '_'));
  const { pixels } = training;
  const { seed } = options;
  return train(model, {
    ...{ name, epochs, learningRate, callbacks, checkpoint },
    ...{ pixels, sizes, seed },
  });
}
