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
 * The distance between the student's classes and the soft targets of the teacher (arXiv 1503.02531): the
 * mean over all axes except the last of
 *
 *     T^2 * KL(softmax(t / T) || softmax(s / T))
 *
 * T^2 keeps the size of the gradient equal to that for T = 1.
 */
export function softTargetLoss(student: Tensor, teacher: Tensor, temperature: number): Scalar {
  const logStudent = logSoftmax(div(student, temperature));
  const logTeacher = logSoftmax(div(teacher, temperature));
  const divergence = sum(mul(exp(logTeacher), sub(logTeacher, logStudent)), -1);
  return mul(mean(divergence), temperature ** 2);
}

/**
 * Mean of (s / |s| - t / |t|)^2, with the lengths over the last axis: the feature loss of TeTRA-VPR
 * (arXiv 2503.02511), which uses 100 times this.
 */
export function featureLoss(student: Tensor, teacher: Tensor): Scalar {
  return mean(square(sub(unitLength(student), unitLength(teacher))));
}

/** A row of zeros stays a row of zeros. */
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
