import {
  util,
  variable,
  Variable,
  type NamedTensorMap,
  type Optimizer,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { argumentError } from '../../errors';
import { learningRateOf, setLearningRate } from '../../tfjs/learning_rate';
import {
  filledSlots,
  optimizerState,
  setIterations,
  setSlots,
  type Slot,
} from '../../tfjs/optimizer_fields';
import type { TrainedWeight } from './model_weights';
import type { NamedTensor, TensorSpec } from './tensor_specs';

interface Expected {
  readonly name: string;
  readonly dtype: string;
  readonly shape: number[];
}

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
 * The present state of an optimizer, by names "FIELD" or "FIELD/NUMBER/NAME": single variables, and slots
 * with the numbers of their weights.
 *
 * @throws if there are not as many slots as weights: the model was frozen or unfrozen after it was compiled.
 */
export function optimizerTensors(
  where: string,
  optimizer: Optimizer,
  trained: readonly TrainedWeight[],
): NamedTensor[] {
  const named = (name: string, tensor: Tensor) => ({
    name,
    label: `optimizer's "${name}"`,
    tensor,
  });
  return optimizerState(optimizer).flatMap(([field, value]) => {
    if (value instanceof Variable) return [named(field, value)];
    if (value.length > 0 && value.length !== trained.length) {
      const expected = `${value.length}, as trained so far (compile again after freezing a layer)`;
      throw argumentError(where, 'number of trainable weights', expected, trained.length);
    }
    return value.map(({ originalName, variable }, i) =>
      named(`${field}/${trained[i]!.number}/${originalName}`, variable),
    );
  });
}

/**
 * @throws if the saved state belongs to an optimizer of another class or with other settings, or to one that
 * trained other weights, or if a part of it is missing, foreign, or of another type or shape.
 */
export function checkOptimizer(
  where: string,
  optimizer: Optimizer,
  trained: readonly TrainedWeight[],
  saved: OptimizerNumbers,
  specs: Map<string, TensorSpec>,
): void {
  checkNumbers(where, optimizerNumbers(optimizer), saved);
  checkTrained(where, trained, specs);
  // Before its first step, and in plain SGD, an optimizer holds nothing for any weight.
  const hasSlots = [...specs.keys()].some((name) => name.includes('/'));
  const own = expectedSpecs(optimizer, hasSlots ? trained : []);
  const found = [...specs].map(([name, spec]) => ({ ...spec, name: withoutLayer(name) }));
  for (let i = 0; i < Math.max(own.length, found.length); i++) {
    const [expected, actual] = [own[i], found[i]];
    if (isSame(expected, actual)) continue;
    const what = expected == null ? 'left out' : JSON.stringify(expected);
    throw argumentError(where, `tensor ${i} of the optimizer`, what, actual);
  }
}

function isSame(expected: Expected | undefined, actual: Expected | undefined): boolean {
  if (expected == null || actual == null) return false;
  const { name, dtype, shape } = expected;
  return name === actual.name && dtype === actual.dtype && util.arraysEqual(shape, actual.shape);
}

function checkNumbers(where: string, own: OptimizerNumbers, saved: OptimizerNumbers): void {
  const [actual, expected] = [own, saved].map(
    ({ className, settings }) => `${className} ${settings}`,
  );
  if (actual !== expected) {
    throw argumentError(where, 'optimizer of the model', expected!, actual);
  }
  if ((own.learningRate === null) === (saved.learningRate === null)) return;
  const what = own.learningRate === null ? 'null, as the optimizer has none' : 'a finite number';
  throw argumentError(where, 'optimizer.learningRate', what, saved.learningRate);
}

function checkTrained(
  where: string,
  trained: readonly TrainedWeight[],
  specs: Map<string, TensorSpec>,
): void {
  const numbers = new Set([...specs.keys()].flatMap((name) => name.split('/')[1] ?? []));
  const saved = JSON.stringify([...numbers].map(Number));
  const own = trained.map(({ number }) => number);
  if (numbers.size === 0 || saved === JSON.stringify(own)) return;
  throw argumentError(where, 'trainable weights', `numbers ${saved}, as saved`, own);
}

/** What a saved state must consist of, in the order of `optimizerTensors`; names are "FIELD/NUMBER". */
function expectedSpecs(optimizer: Optimizer, trained: readonly TrainedWeight[]): Expected[] {
  const filled = filledSlots(optimizer);
  return optimizerState(optimizer).flatMap(([field, value]) => {
    if (value instanceof Variable) return [{ name: field, dtype: value.dtype, shape: value.shape }];
    if (!filled.includes(field)) return [];
    return trained.map(({ number, dtype, shape }) => ({
      name: `${field}/${number}`,
      dtype,
      shape,
    }));
  });
}

/** tfjs counts the names of layers up when a model is built twice. */
function withoutLayer(name: string): string {
  return name.split('/').slice(0, 2).join('/');
}

/**
 * Prepares the replacement of the whole state, by tensors that `checkOptimizer` has passed. What is returned
 * does it, and cannot fail.
 */
export function restoreOptimizer(
  optimizer: Optimizer,
  trained: readonly TrainedWeight[],
  saved: OptimizerNumbers,
  tensors: NamedTensorMap,
): () => void {
  const steps = optimizerState(optimizer).map(([field, value]) => {
    if (value instanceof Variable) return () => value.assign(tensors[field]!);
    const slots = slotsOf(field, trained, tensors);
    return () => setSlots(optimizer, field, slots);
  });
  return () => {
    for (const step of steps) step();
    setIterations(optimizer, saved.iterations);
    if (saved.learningRate != null) setLearningRate(optimizer, saved.learningRate);
  };
}

function slotsOf(
  field: string,
  trained: readonly TrainedWeight[],
  tensors: NamedTensorMap,
): Slot[] {
  const slots: Slot[] = [];
  for (const [name, tensor] of Object.entries(tensors)) {
    const [owner, number, ...rest] = name.split('/');
    if (owner !== field || number == null) continue;
    slots[trained.findIndex((weight) => weight.number === Number(number))] = {
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
