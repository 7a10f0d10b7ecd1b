import * as tf from '@tensorflow/tfjs';
import { visionTransformer } from 'tfjs-bitcore/vision';
import { setKernels } from '../../support/initial_kernels';
import { SIZE } from '../world/survey';
import { descriptorOf, STEM, stem } from './stem';

/** `sparse` is ternary too, after TAT-VPR, and leaves out inputs of its ternary layers; `ternary` is after TeTRA-VPR. */
export type StudentKind = 'float' | 'ternary' | 'sparse';

/**
 * Blocks of four inputs are left out together: these are the zeros that packed products can skip. The original has
 * float inputs; int8 ones make the deployed net give the floats of the trained one.
 */
const SPARSE = { style: 'tat', inputQuantizer: 'int8', gate: { scope: 'block4' } } as const;

/** A transformer on the maps of the stem, in patches of 2 x 2 points. */
const TRANSFORMER = { patchSize: 2, width: 96, depth: 4, numHeads: 4, mlpWidth: 192 } as const;

export function buildStudent(kind: StudentKind, seed: number): tf.LayersModel {
  const view = tf.input({ shape: [SIZE, SIZE, 3], name: 'view' });
  const map = stem(view);
  const transformer = visionTransformer({
    ...TRANSFORMER,
    imageSize: SIZE / STEM.stride,
    channels: STEM.channels,
    ternary: kind !== 'float',
    ...(kind === 'sparse' ? SPARSE : {}),
  });
  const tokens = transformer.apply(map) as tf.SymbolicTensor;
  const net = tf.model({ inputs: view, outputs: descriptorOf(tokens) });
  setKernels(net, seed);
  return net;
}

/** Gives a student the stem and the head that its teacher has learned. */
export function copyCommonLayers(teacher: tf.LayersModel, student: tf.LayersModel): void {
  for (const layer of student.layers) {
    const isCommon = /^(stem|head)/.test(layer.name);
    if (isCommon) layer.setWeights(teacher.getLayer(layer.name).getWeights());
  }
}
