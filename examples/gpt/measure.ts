import * as tf from '@tensorflow/tfjs';
import { summary } from 'tfjs-bitcore';
import { folder } from 'tfjs-bitcore/folder';
import { useFastestBackend } from '../support/backend';
import { weightBytes } from '../support/measure';
import { interleavedMedians } from '../support/median';
import { buildNet, type NetShape } from './net';
import { windowsAt } from './text';
import { loss } from './training';
import { Writer } from './writer';

const LOSS_WINDOWS = 1000;
const LOSS_BATCH = 50;
const SPEED_ROUNDS = 9;

/** Mean nats per character over windows spread evenly over `codes`; all of them where there are few. */
export function validationLoss(
  model: tf.LayersModel,
  codes: Int32Array,
  context: number,
  vocabulary: number,
): number {
  const windows = Math.min(LOSS_WINDOWS, Math.floor((codes.length - 1) / context));
  const stride = Math.floor((codes.length - 1) / windows);
  const starts = Array.from({ length: windows }, (_, i) => i * stride);
  let total = 0;
  for (let i = 0; i < windows; i += LOSS_BATCH) {
    const batch = starts.slice(i, i + LOSS_BATCH);
    total += tf.tidy(() => {
      const { xs, ys } = windowsAt(codes, batch, context, vocabulary);
      const logits = model.predictOnBatch(xs) as tf.Tensor;
      return batch.length * loss(ys, logits).dataSync()[0];
    });
  }
  return total / windows;
}

export interface Bytes {
  /** Kernels and scales of the BitLinear layers. */
  readonly bitLinear: { readonly float: number; readonly deployed: number };
  /** Files of all weights. */
  readonly weights: { readonly float: number; readonly deployed: number };
}

export async function measureBytes(deployed: tf.LayersModel, folders: Folders): Promise<Bytes> {
  const { layers } = summary(deployed);
  const ternary = layers.filter(({ className }) => className === 'BitLinear');
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  return {
    bitLinear: {
      float: sum(ternary.map(({ float32Bytes }) => float32Bytes)),
      deployed: sum(ternary.map(({ bytes }) => bytes)),
    },
    weights: {
      float: await weightBytes(folders.float),
      deployed: await weightBytes(folders.deployed),
    },
  };
}

/** Folders of the saved nets. */
export interface Folders {
  readonly float: string;
  readonly deployed: string;
}

/** Characters per second of three nets of the same shape on a backend. */
export interface Speed {
  readonly backend: string;
  /** Float, of layers and operations of TensorFlow.js. */
  readonly stock: number;
  /** Float, with the attention and the normalization of this package. */
  readonly float: number;
  readonly deployed: number;
}

/**
 * How fast nets write on a backend, one text at a time: as many characters as fill the context, after a prompt that
 * fills it too. Reading that prompt is part of the time. The stock net is untrained, which changes no time.
 */
export async function measureSpeed(
  backend: string,
  folders: Folders,
  shape: NetShape,
  prompt: number[],
): Promise<Speed> {
  await useFastestBackend(backend);
  const nets = [
    buildNet(shape, 'stock', 0),
    await load(folders.float),
    await load(folders.deployed),
  ];
  const write = nets.map((net) => {
    const writer = new Writer(net, shape, prompt.length);
    return () => void writer.write(prompt, prompt.length, { temperature: 0, seed: 0 });
  });
  const perSecond = interleavedMedians(write, SPEED_ROUNDS).map(
    (ms) => (1000 * prompt.length) / ms,
  );
  for (const net of nets) net.dispose();
  const [stock, float, deployed] = perSecond;
  return { backend, stock, float, deployed };
}

function load(path: string): Promise<tf.LayersModel> {
  return tf.loadLayersModel(folder(path));
}
