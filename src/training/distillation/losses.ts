import {
  customGrad,
  clone,
  div,
  exp,
  logSoftmax,
  mean,
  mul,
  square,
  sub,
  sum,
  zerosLike,
  type Scalar,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { toUnitLength } from '../../ops/unit_length';

/**
 * The distance between the student's classes and the soft targets of the teacher (arXiv 1503.02531): the
 * mean over all axes except the last of
 *
 *     T^2 * KL(softmax(t / T) || softmax(s / T))
 *
 * T^2 keeps the size of the gradient equal to that for T = 1.
 */
export function softTargetLoss(student: Tensor, teacher: Tensor, temperature: number): Scalar {
  return mul(mean(sum(divergences(student, teacher, temperature), -1)), temperature ** 2);
}

/**
 * The distance between maps of attention, from the means of their logits over the heads: the mean over all entries,
 * those of the last axis included, of the terms of
 *
 *     T^2 * KL(softmax(t / T) || softmax(s / T))
 *
 * as in TeTRA-VPR (arXiv 2503.02511), which uses 0.05 * 50 times the mean of this over four layers.
 */
export function attentionLoss(student: Tensor, teacher: Tensor, temperature: number): Scalar {
  return mul(mean(divergences(student, teacher, temperature)), temperature ** 2);
}

/** The terms of the Kullback-Leibler divergence, which sum to it over the last axis. */
function divergences(student: Tensor, teacher: Tensor, temperature: number): Tensor {
  const logStudent = logSoftmax(div(student, temperature));
  const logTeacher = logSoftmax(div(teacher, temperature));
  return mul(exp(logTeacher), sub(logTeacher, logStudent));
}

/**
 * Mean of (s / |s| - t / |t|)^2, with the lengths over the last axis: the loss of TeTRA-VPR (arXiv 2503.02511), which
 * uses 100 times this for the class token and 30 times this for the patches.
 */
export function directionLoss(student: Tensor, teacher: Tensor): Scalar {
  return meanSquareLoss(toUnitLength(student, -1), toUnitLength(teacher, -1));
}

/** Mean of (s - t)^2: the loss of TAT-VPR (arXiv 2505.16447) for patches. */
export function meanSquareLoss(student: Tensor, teacher: Tensor): Scalar {
  return mean(square(sub(student, teacher)));
}

/** The same values, through which no gradient passes; tfjs has no stopGradient. */
export function stopGradient(x: Tensor): Tensor {
  return customGrad((x) => ({
    value: clone(x as Tensor),
    gradFunc: (dy) => zerosLike(dy),
  }))(x);
}
