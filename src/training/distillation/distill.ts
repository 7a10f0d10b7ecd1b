import { LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { checkModel } from '../../topology/check_model';
import { positiveNumber, share } from '../../options/check';
import { readOptions, type OptionTable } from '../../options/option_table';
import { DistillationLoss } from './distillation_loss';
import { DistillationModel } from './distillation_model';
import { findFeatures, projectionFor, type FeatureMatch } from './features';
import { toLogits } from './logits';

export interface DistillOptions {
  /** Divides the logits of both nets before softmax. Default: 4. */
  temperature?: number;
  /** Share of the hard labels in [0, 1]; the soft targets have the remaining share. Default: 0.5. */
  alpha?: number;
  /** Layers to match between student and teacher. Default: none. */
  features?: FeatureMatch[];
}

export const DISTILL_OPTIONS = {
  temperature: { ...positiveNumber, default: 4 },
  alpha: { ...share, default: 0.5 },
  features: {
    expected: 'an array of {student, teacher, weight}',
    holds: Array.isArray,
    default: [],
  },
} satisfies OptionTable<DistillOptions>;

/**
 * A model that trains `student`, in place, to give the same outputs as `teacher`. Compile it like the
 * student, with the loss of the hard labels, and train it with `fit` or `fitDataset` and any callback; then
 * use `student`. The loss in training is
 *
 *     alpha * hard + (1 - alpha) * T^2 * KL(softmax(t / T) || softmax(s / T))
 *       + sum of weight * mean((f_s / |f_s| - f_t / |f_t|)^2)
 *
 * with the logits s and t of student and teacher (over the last axis; for nets that end with softmax, the
 * logarithm of their output) and the features f of the layers named in `features`. Where the widths of the
 * features differ, a linear projection of the student's features is trained too. `evaluate` and validation
 * report the hard loss alone.
 *
 * The teacher runs in inference mode, on the same inputs, and is never trained. `dispose()` frees the
 * projections, but not the student and the teacher.
 *
 * ```js
 * const teacher = tf.sequential({layers: [
 *   tf.layers.dense({units: 64, inputShape: [784], activation: 'relu', name: 'wide'}),
 *   tf.layers.dense({units: 10}),
 * ]});
 * const student = tf.sequential({layers: [
 *   bitLinear({units: 16, inputShape: [784], activation: 'relu', name: 'narrow'}),
 *   tf.layers.dense({units: 10}),
 * ]});
 * const features = [{student: 'narrow', teacher: 'wide'}];
 * const distillation = distill(student, teacher, {temperature: 4, alpha: 0.5, features});
 * distillation.compile({optimizer: 'adam', loss: tf.losses.softmaxCrossEntropy});
 * await distillation.fit(x, y, {epochs: 1, verbose: 0});
 * distillation.dispose();
 * const deployed = deploy(student);
 * ```
 *
 * Sources: Hinton et al. (arXiv 1503.02531); for the features, TeTRA-VPR (arXiv 2503.02511).
 *
 * @throws if an option is wrong, or if the models differ in their inputs or (with alpha below 1) outputs,
 * have several outputs, end with a sigmoid, or share weights.
 */
export function distill(
  student: LayersModel,
  teacher: LayersModel,
  options: DistillOptions = {},
): LayersModel {
  const { temperature, alpha, features } = readOptions('distill', options, DISTILL_OPTIONS);
  if (alpha === 1 && features.length === 0) {
    throw argumentError('distill', 'alpha', 'below 1 where no features are matched', alpha);
  }
  checkModels(student, teacher, alpha);
  const logits = [toLogits(student, 'student'), toLogits(teacher, 'teacher')] as const;
  const pairs = features.map((match, i) => findFeatures(student, teacher, match, i));
  const term = new DistillationLoss({
    teacher: withOutputs(
      teacher,
      pairs.map((pair) => pair.teacher),
    ),
    temperature,
    softWeight: 1 - alpha,
    studentLogits: logits[0],
    teacherLogits: logits[1],
    featureWeights: pairs.map(({ weight }) => weight),
  });
  const projections = pairs.map(projectionFor);
  const own = pairs.map((pair, i) => projections[i]?.apply(pair.student) ?? pair.student);
  const inputs = [...student.outputs, ...(own as SymbolicTensor[]), ...student.inputs];
  const output = term.apply(inputs) as SymbolicTensor;
  const ownLayers = projections.filter((layer) => layer != null);
  return new DistillationModel(student.inputs, output, term, alpha, ownLayers);
}

/** A model that also gives some of the intermediate outputs; it has no weights of its own. */
function withOutputs({ inputs, outputs }: LayersModel, more: SymbolicTensor[]): LayersModel {
  return new LayersModel({ inputs, outputs: [...outputs, ...more], name: 'teacher' });
}

function checkModels(student: LayersModel, teacher: LayersModel, alpha: number): void {
  for (const [argument, model] of Object.entries({ student, teacher })) {
    checkModel(model, 'distill', argument);
    if (model.outputs?.length === 1) continue;
    throw argumentError(
      'distill',
      argument,
      'a built model with one output',
      model.outputs?.length,
    );
  }
  const weights = new Set(student.weights);
  if (teacher.weights.some((weight) => weights.has(weight))) {
    throw new Error('distill: teacher shares weights with student, which would train it.');
  }
  checkShapes('inputs', student.inputs, teacher.inputs);
  if (alpha < 1) checkShapes('outputs', student.outputs, teacher.outputs);
}

function checkShapes(what: string, own: SymbolicTensor[], expected: SymbolicTensor[]): void {
  const [actual, shapes] = [own, expected].map((tensors) => tensors.map(({ shape }) => shape));
  const text = JSON.stringify(shapes);
  if (JSON.stringify(actual) === text) return;
  throw argumentError('distill', `${what} of student`, `those of the teacher, ${text}`, actual);
}
