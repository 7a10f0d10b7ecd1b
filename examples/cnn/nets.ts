import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { convert } from 'tfjs-bitcore';
import { distill, quantizationSchedule } from 'tfjs-bitcore/training';
import { buildCnn } from '../support/cnn';
import type { LabelledImages } from '../support/images';
import type { CnnOptions } from './options';
import { train } from './training';

/** The ternary net begins with trained weights, which need smaller steps. */
const LEARNING_RATE = { float: 1e-3, ternary: 5e-4 };

export async function trainedFloat(
  options: CnnOptions,
  training: LabelledImages,
): Promise<tf.LayersModel> {
  const { seed, filters, epochs, out } = options;
  const net = buildCnn((args) => tf.layers.conv2d(args), seed, filters);
  const checkpoint = join(out, 'checkpoints', 'float');
  const learningRate = LEARNING_RATE.float;
  await train(net, training, { name: 'float', epochs, learningRate, seed, checkpoint });
  return net;
}

/** Begins with the weights of the float net. */
export async function trainedTernary(
  options: CnnOptions,
  training: LabelledImages,
  float: tf.LayersModel,
): Promise<tf.LayersModel> {
  const { seed, ternaryEpochs: epochs, out } = options;
  const net = convert(float);
  const trained = options.distill ? distill(net, float) : net;
  const name = nameOf(options);
  await train(trained, training, {
    ...{ name, epochs, seed, learningRate: LEARNING_RATE.ternary },
    checkpoint: join(out, 'checkpoints', name.replaceAll(', ', '_')),
    callbacks: options.schedule ? [quantizationSchedule({ type: 'logistic' })] : [],
  });
  if (options.distill) trained.dispose();
  return net;
}

/** How the ternary net was trained, too. */
function nameOf(options: CnnOptions): string {
  const parts = ['ternary'];
  if (options.distill) parts.push('distilled');
  if (options.schedule) parts.push('scheduled');
  return parts.join(', ');
}
