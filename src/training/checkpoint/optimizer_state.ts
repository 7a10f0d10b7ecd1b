import {
  dispose,
  variable,
  Variable,
  type NamedTensorMap,
  type Optimizer,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { argumentError } from '../../errors';
import { learningRateOf, setLearningRate } from '../learning_rate';

/** How tfjs's optimizers keep one tensor for each weight. */
interface Slot {
  readonly originalName: string;
  readonly variable: Variable;
}

/** What of an optimizer's state is not a tensor. */
export interface OptimizerNumbers {
  readonly className: string;
  /** Its settings but for the learning rate, as JSON. */
  readonly settings: string;
  readonly iterations: number;
  readonly learningRate: number | null;
}

type Fields = Record<string, unknown>;

export function optimizerNumbers(optimizer: Optimizer): OptimizerNumbers {
  const settings = { ...optimizer.getConfig() };
  delete settings['learningRate'];
  return {
    className: optimizer.getClassName(),
    settings: JSON.stringify(settings),
    iterations: optimizer.iterations,
    learningRate: learningRateOf(optimizer) ?? null,
  };
}

/**
 * The state of an optimizer as it is, by names "FIELD" or "FIELD/INDEX/NAME": single variables, such as
 * Adam's running products of its betas, and slots. tfjs's own `getWeights` leaves the former out, and
 * its `setWeights` computes them anew, to another rounding.
 */
export function optimizerTensors(optimizer: Optimizer): NamedTensorMap {
  const tensors: NamedTensorMap = {};
  for (const [field, value] of Object.entries(optimizer as unknown as Fields)) {
    if (value instanceof Variable) tensors[field] = value;
    if (!isSlots(value)) continue;
    value.forEach((slot, i) => (tensors[`${field}/${i}/${slot.originalName}`] = slot.variable));
  }
  return tensors;
}

function isSlots(value: unknown): value is Slot[] {
  return (
    Array.isArray(value) && value.every((slot) => (slot as Slot)?.variable instanceof Variable)
  );
}

/**
 * @throws if the saved state is that of an optimizer with another class or other settings, or its slots
 * are not those of `weights`, which the optimizer is to train.
 */
export function checkOptimizer(
  optimizer: Optimizer,
  weights: ReadonlyArray<{ readonly shape: ReadonlyArray<number | null> }>,
  saved: OptimizerNumbers,
  tensors: NamedTensorMap,
): void {
  const { className, settings } = optimizerNumbers(optimizer);
  const [actual, expected] = [`${className} ${settings}`, `${saved.className} ${saved.settings}`];
  if (actual !== expected) {
    throw argumentError('loadCheckpoint', 'optimizer of the model', expected, actual);
  }
  for (const [name, { shape }] of Object.entries(tensors)) {
    const [, index] = name.split('/');
    if (index == null) continue;
    const trained = weights[Number(index)]?.shape;
    if (JSON.stringify(trained) === JSON.stringify(shape)) continue;
    const text = `of shape ${JSON.stringify(shape)}, as saved`;
    throw argumentError('loadCheckpoint', `trainable weight ${index}`, text, trained);
  }
}

/** Replaces the whole state; the optimizer must be one that `checkOptimizer` has passed. */
export function restoreOptimizer(
  optimizer: Optimizer,
  saved: OptimizerNumbers,
  tensors: NamedTensorMap,
): void {
  const fields = optimizer as unknown as Fields;
  for (const [field, value] of Object.entries(fields)) {
    if (value instanceof Variable) value.assign(tensors[field]!);
    if (!isSlots(value)) continue;
    dispose(value.map((slot) => slot.variable));
    fields[field] = slotsOf(field, tensors);
  }
  fields['iterations_'] = saved.iterations;
  if (saved.learningRate != null) setLearningRate(optimizer, saved.learningRate);
}

function slotsOf(field: string, tensors: NamedTensorMap): Slot[] {
  const slots: Slot[] = [];
  for (const [name, tensor] of Object.entries(tensors)) {
    const [owner, index, ...rest] = name.split('/');
    if (owner !== field || index == null) continue;
    slots[Number(index)] = { originalName: rest.join('/'), variable: copyOf(tensor) };
  }
  return slots;
}

/** `variable` shares the data of a tensor, by a count of references that outlives the tensor. */
function copyOf(tensor: Tensor): Variable {
  return variable(tensor, false);
}
