import { add, mul, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { layers, type LayersModel, type Shape, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { LayerMatch } from './layer_match';
import { softTargetLoss, stopGradient } from './losses';

/** The outputs of both models as classes. */
export interface SoftTargets {
  readonly weight: number;
  readonly temperature: number;
  /** The teacher's output. */
  readonly teacher: SymbolicTensor;
  readonly studentLogits: (outputs: Tensor) => Tensor;
  readonly teacherLogits: (outputs: Tensor) => Tensor;
}

export interface DistillationTerms {
  /** Gives the outputs that the loss is computed from, each once. */
  readonly teacher: LayersModel;
  readonly softTargets: SoftTargets | undefined;
  readonly matches: readonly LayerMatch[];
}

/**
 * Returns the student's output unchanged. In training it adds the distance between student and teacher to
 * the model's loss. Its inputs are the student's output, its outputs to match, and the inputs of the teacher.
 *
 * tfjs gives the loss of `compile` only targets and outputs. But it also adds what each layer reports with
 * `calculateLosses` (for regularizers), in the same step and on the same tape. The teacher is kept in a
 * field, where no model looks for weights.
 */
export class DistillationLoss extends layers.Layer {
  /** @nocollapse */
  static readonly className: string = 'DistillationLoss';
  private loss: Scalar | undefined;

  constructor(private readonly terms: DistillationTerms) {
    super({});
  }

  /** Whether the last forward pass was part of training. */
  get isTraining(): boolean {
    return this.loss != null;
  }

  override call(
    inputs: Tensor | Tensor[],
    kwargs: Parameters<layers.Layer['call']>[1],
  ): Tensor | Tensor[] {
    const [output, ...rest] = inputs as Tensor[];
    const isTraining = kwargs?.['training'] === true;
    // Not in a tidy: it belongs to the scope of the step, which frees it.
    this.loss = isTraining ? this.distance(output!, rest) : undefined;
    return output!;
  }

  private distance(output: Tensor, rest: Tensor[]): Scalar {
    const { teacher, softTargets, matches } = this.terms;
    const predicted = [teacher.predictOnBatch(rest.slice(matches.length))].flat().map(stopGradient);
    const target = (of: SymbolicTensor) => predicted[teacher.outputs.indexOf(of)]!;
    const parts = matches.map(({ teacher: of, distance, weight }, i) =>
      mul<Scalar>(distance(rest[i]!, target(of)), weight),
    );
    if (softTargets != null) parts.push(softLoss(softTargets, output, target(softTargets.teacher)));
    return parts.reduce((total, part) => add(total, part));
  }

  override calculateLosses(): Scalar[] {
    return this.loss == null ? [] : [this.loss];
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return inputShape[0] as Shape;
  }
}

function softLoss(
  { weight, temperature, studentLogits, teacherLogits }: SoftTargets,
  output: Tensor,
  target: Tensor,
): Scalar {
  return mul(softTargetLoss(studentLogits(output), teacherLogits(target), temperature), weight);
}
