import { matMul, mul, slice, transpose, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import type { LayersModel, Shape } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { positiveInteger, positiveNumber } from '../../options/check';
import { readOptions, type OptionTable } from '../../options/option_table';
import { LAYER_NAME, outputOf } from './layer_output';
import type { LayerMatch } from './layer_match';
import { attentionLoss } from './losses';

/**
 * Two layers that give the queries, keys and values of an attention in one output [batch, tokens, 3 * heads *
 * headDim], in this order, the heads one after the other in each of the three. The numbers of tokens are equal.
 */
export interface AttentionMatch {
  /** Name of a layer of the student. */
  student: string;
  /** Name of a layer of the teacher. */
  teacher: string;
  /** The student's number of heads. */
  studentHeads: number;
  /** The teacher's number of heads. Default: that of the student. */
  teacherHeads?: number;
  /** Divides the logits before softmax. Default: 4. */
  temperature?: number;
  /** The factor of the loss. Default: 0.625. */
  weight?: number;
}

export const ATTENTION_MATCH_OPTIONS = {
  student: LAYER_NAME,
  teacher: LAYER_NAME,
  studentHeads: { ...positiveInteger, required: true },
  teacherHeads: positiveInteger,
  temperature: { ...positiveNumber, default: 4 },
  weight: { ...positiveNumber, default: 0.625 },
} as const satisfies OptionTable<AttentionMatch>;

/** The outputs that `match` names. @throws if it names no layer, or the outputs cannot be compared. */
export function findAttention(
  student: LayersModel,
  teacher: LayersModel,
  match: AttentionMatch,
  index: number,
): LayerMatch {
  const argument = `attention[${index}]`;
  const settings = readOptions('distill', match, ATTENTION_MATCH_OPTIONS, argument);
  const { studentHeads, teacherHeads = studentHeads, temperature, weight } = settings;
  const own = outputOf(student, match.student, `${argument}.student`);
  const target = outputOf(teacher, match.teacher, `${argument}.teacher`);
  checkWidth(own.shape, studentHeads, `${argument}.student`);
  checkWidth(target.shape, teacherHeads, `${argument}.teacher`);
  if (own.shape[1] !== target.shape[1]) {
    const expected = `a layer of the teacher's ${target.shape[1]} tokens`;
    throw argumentError('distill', `${argument}.student`, expected, own.shape);
  }
  const distance: LayerMatch['distance'] = (own, target) => {
    const logits = [meanLogits(own, studentHeads), meanLogits(target, teacherHeads)] as const;
    return attentionLoss(...logits, temperature);
  };
  return { student: own, teacher: target, weight, distance };
}

function checkWidth(shape: Shape, heads: number, argument: string): void {
  const width = shape.at(-1);
  if (shape.length === 3 && width != null && width % (3 * heads) === 0) return;
  const expected = `a layer of output [batch, tokens, 3 * ${heads} heads * headDim]`;
  throw argumentError('distill', argument, expected, shape);
}

/**
 * The mean over the heads of q . k^T / sqrt(headDim): [batch, tokens, tokens]. The sum over the heads is one
 * product over all of their channels.
 *
 * @param qkv of shape [batch, tokens, 3 * heads * headDim].
 */
export function meanLogits(qkv: Tensor, heads: number): Tensor {
  const channels = qkv.shape[2]! / 3;
  const part = (i: number) => slice(qkv, [0, 0, i * channels], [-1, -1, channels]) as Tensor3D;
  const products = matMul(part(0), transpose(part(1), [0, 2, 1]));
  return mul(products, 1 / (heads * Math.sqrt(channels / heads)));
}
