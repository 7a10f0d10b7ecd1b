import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';

/** Outputs of student and teacher whose distance is a part of the loss. */
export interface LayerMatch {
  readonly student: SymbolicTensor;
  readonly teacher: SymbolicTensor;
  readonly weight: number;
  /** The distance between values of the two outputs; the student's are of the teacher's width. */
  readonly distance: (student: Tensor, teacher: Tensor) => Scalar;
}
