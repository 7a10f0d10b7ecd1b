import { input, LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { checkModel } from '../../topology/check_model';
import { oneOf, positiveNumber, share } from '../../options/check';
import { readOptions, type OptionTable } from '../../options/option_table';
import { findAttention, type AttentionMatch } from './attention_match';
import { DistillationLoss, type SoftTargets } from './distillation_loss';
import { DistillationModel } from './distillation_model';
import { findFeatures, projectionsFor, type FeatureMatch } from './features';
import { toLogits } from './logits';

export interface DistillOptions {
  /** Divides the logits of both nets before softmax. Default: 4. */
  temperature?: number;
  /**
   * Share of the hard labels in [0, 1]; the soft targets have the remaining share. With 1, the outputs of
   * student and teacher may differ. Default: 0.5.
   */
  alpha?: number;
  /** Layers to match between student and teacher. Default: none. */
  features?: FeatureMatch[];
  /** Layers whose attention is to be matched. Default: none. */
  attention?: AttentionMatch[];
  /**
   * `'same'`: the teacher takes the student's inputs. `'own'`: it takes inputs of its own, which may have
   * another shape; the model that is returned takes those of the student and then those of the teacher.
   * Default: `'same'`.
   */
  teacherInputs?: 'same' | 'own';
}

export const DISTILL_OPTIONS = {
  temperature: { ...positiveNumber, default: 4 },
  alpha: { ...share, default: 0.5 },
  features: {
    expected: 'an array of {student, teacher, tokens, loss, weight}',
    holds: Array.isArray,
    default: [],
  },
  attention: {
    expected: 'an array of {student, teacher, studentHeads}',
    holds: Array.isArray,
    default: [],
  },
  teacherInputs: { ...oneOf(['same', 'own']), default: 'same' },
} as const satisfies OptionTable<DistillOptions>;

/**
 * A model that trains `student`, in place, to give the same outputs as `teacher`. Compile it like the
 * student, with the loss of the hard labels, and train it with `fit` or `fitDataset` and any callback; then
 * use `student`. The loss in training is
 *
 *     alpha * hard + (1 - alpha) * T^2 * KL(softmax(t / T) || softmax(s / T))
 *       + sum of weight * mean((f_s / |f_s| - f_t / |f_t|)^2)
 *       + sum of weight * T^2 * mean(softmax(m_t / T) * (log softmax(m_t / T) - log softmax(m_s / T)))
 *
 * with
 *
 * - the logits s and t of student and teacher (over the last axis; for nets that end with softmax, the
 *   logarithm of their output);
 * - the features f of the layers named in `features` (with `loss: 'meanSquare'`, mean((f_s - f_t)^2) instead);
 *   where their widths differ, a linear projection of the student's features is trained too, one for each pair
 *   of layers;
 * - the means m over the heads of q . k^T / sqrt(headDim) [batch, tokens, tokens] of the layers named in
 *   `attention`, with its own temperature.
 *
 * `evaluate` and validation report the hard loss alone. With `alpha` 0 or 1, `compile` takes no `loss` where
 * there are no labels: the hard loss is then 0, and any tensor [batch, ...] stands in for the labels.
 *
 * The teacher runs in inference mode, and is never trained. `dispose()` frees the projections, but not the
 * student and the teacher.
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
 * Without labels, from one transformer to another that sees other images of the same places:
 *
 * ```js
 * const net = (width) => {
 *   const image = tf.input({shape: [16]});
 *   const rows = tf.layers.reshape({targetShape: [4, 4]}).apply(image);
 *   const tokens = tf.layers.dense({units: width, name: 'tokens'}).apply(rows);
 *   const qkv = tf.layers.dense({units: 3 * width, name: 'qkv'}).apply(tokens);
 *   return tf.model({inputs: image, outputs: qkv});
 * };
 * const [small, large] = [net(6), net(12)];
 * const matching = distill(small, large, {
 *   alpha: 1,
 *   features: [{student: 'tokens', teacher: 'tokens', tokens: 'class'}],
 *   attention: [{student: 'qkv', teacher: 'qkv', studentHeads: 2, teacherHeads: 3}],
 *   teacherInputs: 'own',
 * });
 * matching.compile({optimizer: 'adam'});
 * const [augmented, plain] = [tf.randomNormal([8, 16]), tf.randomNormal([8, 16])];
 * await matching.fit([augmented, plain], plain, {epochs: 1, verbose: 0});
 * ```
 *
 * Sources: Hinton et al. (arXiv 1503.02531); for the features and the attention, TeTRA-VPR (arXiv 2503.02511);
 * for mean squares, TAT-VPR (arXiv 2505.16447).
 *
 * @throws if an option is wrong, or if the models have several outputs, share weights, differ in their inputs
 * (with `teacherInputs: 'same'`) or, with alpha below 1, differ in their outputs or end with a sigmoid.
 * `compile` throws if `loss` is left out where alpha is between 0 and 1.
 */
export function distill(
  student: LayersModel,
  teacher: LayersModel,
  options: DistillOptions = {},
): DistillationModel {
  const settings = readOptions('distill', options, DISTILL_OPTIONS);
  const { alpha, features, attention, teacherInputs } = settings;
  if (alpha === 1 && features.length + attention.length === 0) {
    throw argumentError('distill', 'alpha', 'below 1 where no layers are matched', alpha);
  }
  checkModels(student, teacher, alpha, teacherInputs);
  const softTargets = alpha < 1 ? softTargetsOf(student, teacher, settings) : undefined;
  const pairs = features.map((match, i) => findFeatures(student, teacher, match, i));
  const maps = attention.map((match, i) => findAttention(student, teacher, match, i));
  const matches = [...pairs, ...maps];
  const targets = matches.map((match) => match.teacher);
  if (softTargets != null) targets.push(softTargets.teacher);
  const term = new DistillationLoss({ teacher: giving(teacher, targets), softTargets, matches });
  const projections = projectionsFor(pairs);
  const projected = pairs.map((pair) => projections.get(pair.name)?.output ?? pair.student);
  const own = [...projected, ...maps.map((map) => map.student)];
  const more = teacherInputs === 'own' ? teacher.inputs.map(inputLike) : [];
  const forTeacher = teacherInputs === 'own' ? more : student.inputs;
  const output = term.apply([...student.outputs, ...own, ...forTeacher]) as SymbolicTensor;
  const inputs = [...student.inputs, ...more];
  const ownLayers = [...projections.values()].map(({ layer }) => layer);
  return new DistillationModel(inputs, output, term, alpha, ownLayers);
}

function softTargetsOf(
  student: LayersModel,
  teacher: LayersModel,
  { alpha, temperature }: { alpha: number; temperature: number },
): SoftTargets {
  return {
    weight: 1 - alpha,
    temperature,
    teacher: teacher.outputs[0]!,
    studentLogits: toLogits(student, 'student'),
    teacherLogits: toLogits(teacher, 'teacher'),
  };
}

/** The part of a model that gives these outputs, each once; it has no weights of its own. */
function giving({ inputs }: LayersModel, outputs: SymbolicTensor[]): LayersModel {
  return new LayersModel({ inputs, outputs: [...new Set(outputs)], name: 'teacher' });
}

function inputLike({ shape, dtype }: SymbolicTensor): SymbolicTensor {
  return input({ batchShape: shape, dtype });
}

function checkModels(
  student: LayersModel,
  teacher: LayersModel,
  alpha: number,
  teacherInputs: 'same' | 'own',
): void {
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
  if (teacherInputs === 'same') checkShapes('inputs', student.inputs, teacher.inputs);
  if (alpha < 1) checkShapes('outputs', student.outputs, teacher.outputs);
}

function checkShapes(what: string, own: SymbolicTensor[], expected: SymbolicTensor[]): void {
  const [actual, shapes] = [own, expected].map((tensors) => tensors.map(({ shape }) => shape));
  const text = JSON.stringify(shapes);
  if (JSON.stringify(actual) === text) return;
  throw argumentError('distill', `${what} of student`, `those of the teacher, ${text}`, actual);
}
