import {
  customGrad,
  clone,
  div,
  exp,
  logSoftmax,
  maximum,
  mean,
  mul,
  sqrt,
  square,
  sub,
  sum,
  zerosLike,
  type Scalar,
  type Tensor,
} from '@tensorflow/tfjs-core';

/**
 * How far the student's classes are from the soft targets of the teacher (arXiv 1503.02531), the mean
 * over all but the last axis of
 *
 *     T^2 * KL(softmax(t / T) || softmax(s / T))
 *
 * T^2 keeps the gradient's size that of T = 1.
 */
export function softTargetLoss(student: Tensor, teacher: Tensor, temperature: number): Scalar {
  const logStudent = logSoftmax(div(student, temperature));
  const logTeacher = logSoftmax(div(teacher, temperature));
  const divergence = sum(mul(exp(logTeacher), sub(logTeacher, logStudent)), -1);
  return mul(mean(divergence), temperature ** 2);
}

/**
 * Mean of (s / |s| - t / |t|)^2, the lengths those of the last axis: the feature loss of TeTRA-VPR
 * (arXiv 2503.02511), which takes 100 times this.
 */
export function featureLoss(student: Tensor, teacher: Tensor): Scalar {
  return mean(square(sub(unitLength(student), unitLength(teacher))));
}

/** A row of zeros stays one. */
function unitLength(features: Tensor): Tensor {
  return div(features, sqrt(maximum(sum(square(features), -1, true), 1e-12)));
}

/** The same values, through which no gradient passes; tfjs has no stopGradient. */
export function stopGradient(x: Tensor): Tensor {
  return customGrad((x) => ({
    value: clone(x as Tensor),
    gradFunc: (dy) => zerosLike(dy),
  }))(x);
}
