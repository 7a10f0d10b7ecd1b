import { add, mul, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { layers, type LayersModel, type Shape } from '@tensorflow/tfjs-layers';
import { featureLoss, softTargetLoss, stopGradient } from './losses';

export interface DistillationTerms {
  /** Gives the teacher's outputs, and the features to match. */
  readonly teacher: LayersModel;
  readonly temperature: number;
  /** Weight of the soft targets. */
  readonly softWeight: number;
  readonly studentLogits: (outputs: Tensor) => Tensor;
  readonly teacherLogits: (outputs: Tensor) => Tensor;
  /** Weight of each pair of features. */
  readonly featureWeights: readonly number[];
}

/**
 * Returns the student's output unchanged. In training it adds the distance between student and teacher to
 * the model's loss. Its inputs are the student's output, its features, and the inputs of both models.
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
    const { teacher, temperature, softWeight, featureWeights } = this.terms;
    const features = rest.slice(0, featureWeights.length);
    const predicted = teacher.predictOnBatch(rest.slice(featureWeights.length));
    const [targets, ...targetFeatures] = [predicted].flat().map(stopGradient);
    const parts = features.map((feature, i) =>
      mul<Scalar>(featureLoss(feature, targetFeatures[i]!), featureWeights[i]!),
    );
    if (softWeight > 0) {
      const [own, soft] = [this.terms.studentLogits(output), this.terms.teacherLogits(targets!)];
      parts.push(mul(softTargetLoss(own, soft, temperature), softWeight));
    }
    return parts.reduce((total, part) => add(total, part));
  }

  override calculateLosses(): Scalar[] {
    return this.loss == null ? [] : [this.loss];
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return inputShape[0] as Shape;
  }
}
