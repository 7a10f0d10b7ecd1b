import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { deploy, verify } from 'tfjs-bitcore';
import { folder } from 'tfjs-bitcore/folder';
import { measureBytes, validationLoss, type Folders } from './measure';
import { buildNet, type Kind, type NetShape } from './net';
import type { GptOptions } from './options';
import type { Results } from './report';
import { windowsAt, type Corpus } from './text';
import { train } from './training';

/** Windows on which the outputs of the trained and the deployed net are compared. */
const VERIFIED_WINDOWS = 16;

export interface Experiment {
  readonly options: GptOptions;
  readonly corpus: Corpus;
  readonly shape: NetShape;
}

/** Trains both nets, or takes trained ones; saves the float one, and the ternary one packed. */
export async function compareNets(
  experiment: Experiment,
): Promise<Omit<Results, 'speeds' | 'text'>> {
  const folders = foldersOf(experiment.options);
  const [float, bitnet] = [await trained(experiment, 'float'), await trained(experiment, 'bitnet')];
  const deployed = deploy(bitnet);
  await float.save(folder(folders.float));
  await deployed.save(folder(folders.deployed));
  const results = {
    parameters: float.countParams(),
    loss: {
      float: lossOf(experiment, float),
      bitnet: lossOf(experiment, bitnet),
      deployed: lossOf(experiment, deployed),
    },
    identical: await isIdentical(experiment, bitnet, deployed),
    bytes: await measureBytes(deployed, folders),
  };
  for (const net of [float, bitnet, deployed]) net.dispose();
  return results;
}

export function foldersOf({ out }: GptOptions): Folders {
  return { float: join(out, 'float'), deployed: join(out, 'deployed') };
}

async function trained({ options, corpus, shape }: Experiment, kind: Kind) {
  const net = buildNet(shape, kind, options.seed);
  const checkpoint = join(options.out, 'checkpoints', kind);
  const { vocabulary } = shape;
  await train(net, { ...options, name: kind, codes: corpus.train, vocabulary, checkpoint });
  return net;
}

function lossOf({ options, corpus, shape }: Experiment, net: tf.LayersModel): number {
  return validationLoss(net, corpus.validation, options.context, shape.vocabulary);
}

async function isIdentical(
  { options: { context }, corpus, shape }: Experiment,
  net: tf.LayersModel,
  deployed: tf.LayersModel,
): Promise<boolean> {
  const stride = Math.floor((corpus.validation.length - context) / VERIFIED_WINDOWS);
  const starts = Array.from({ length: VERIFIED_WINDOWS }, (_, i) => i * stride);
  const { xs, ys } = windowsAt(corpus.validation, starts, context, shape.vocabulary);
  const { identical, layers } = await verify(net, deployed, xs);
  tf.dispose([xs, ys]);
  return identical && layers.every((layer) => layer.identical);
}
