import {
  variable,
  Variable,
  type NamedTensorMap,
  type Optimizer,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { argumentError } from '../../errors';
import { learningRateOf, setLearningRate } from '../../tfjs/learning_rate';
import { optimizerState, setIterations, setSlots, type Slot } from '../../tfjs/optimizer_fields';

/** The part of an optimizer's state that is not tensors. */
export interface OptimizerNumbers {
  readonly className: string;
  /** Its settings except the learning rate, as JSON. */
  readonly settings: string;
  readonly iterations: number;
  readonly learningRate: number | null;
}

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
 * The present state of an optimizer, by names "FIELD" or "FIELD/NUMBER/NAME": single variables and slots.
 *
 * @param trained the number of each slot's weight.
 * @throws if there are fewer numbers than slots: more of the model was frozen after it was compiled.
 */
export function optimizerTensors(optimizer: Optimizer, trained: readonly number[]): NamedTensorMap {
  const tensors: NamedTensorMap = {};
  for (const [field, value] of optimizerState(optimizer)) {
    if (value instanceof Variable) tensors[field] = value;
    else addSlots(tensors, field, value, trained);
  }
  return tensors;
}

function addSlots(
  tensors: NamedTensorMap,
  field: string,
  slots: Slot[],
  trained: readonly number[],
): void {
  if (slots.length > trained.length) {
    const expected = `${slots.length}, as trained so far (compile again after freezing a layer)`;
    throw argumentError('saveCheckpoint', 'number of trainable weights', expected, trained.length);
  }
  slots.forEach(({ originalName, variable }, i) => {
    tensors[`${field}/${trained[i]}/${originalName}`] = variable;
  });
}

/**
 * @throws if the saved state belongs to an optimizer of another class or with other settings, or to one that
 * trained other weights than those with the numbers `trained`.
 */
export function checkOptimizer(
  optimizer: Optimizer,
  trained: readonly number[],
  saved: OptimizerNumbers,
  tensors: NamedTensorMap,
): void {
  const { className, settings } = optimizerNumbers(optimizer);
  const [actual, expected] = [`${className} ${settings}`, `${saved.className} ${saved.settings}`];
  if (actual !== expected) {
    throw argumentError('loadCheckpoint', 'optimizer of the model', expected, actual);
  }
  const numbers = new Set(Object.keys(tensors).flatMap((name) => name.split('/')[1] ?? []));
  const text = JSON.stringify([...numbers].map(Number));
  // Before its first step, and in plain SGD, an optimizer holds nothing for any weight.
  if (numbers.size === 0 || text === JSON.stringify(trained)) return;
  throw argumentError('loadCheckpoint', 'trainable weights', `numbers ${text}, as saved`, trained);
}

/** Replaces the whole state; the optimizer must be one that `checkOptimizer` has passed. */
export function restoreOptimizer(
  optimizer: Optimizer,
  trained: readonly number[],
  saved: OptimizerNumbers,
  tensors: NamedTensorMap,
): void {
  for (const [field, value] of optimizerState(optimizer)) {
    if (value instanceof Variable) value.assign(tensors[field]!);
    else setSlots(optimizer, field, slotsOf(field, trained, tensors));
  }
  setIterations(optimizer, saved.iterations);
  if (saved.learningRate != null) setLearningRate(optimizer, saved.learningRate);
}

function slotsOf(field: string, trained: readonly number[], tensors: NamedTensorMap): Slot[] {
  const slots: Slot[] = [];
  for (const [name, tensor] of Object.entries(tensors)) {
    const [owner, number, ...rest] = name.split('/');
    if (owner !== field || number == null) continue;
    slots[trained.indexOf(Number(number))] = {
      originalName: rest.join('/'),
      variable: copyOf(tensor),
    };
  }
  return slots;
}

/** `variable` shares the data of a tensor: a count of references lets the data outlive the tensor. */
function copyOf(tensor: Tensor): Variable {
  return variable(tensor, false);
}
