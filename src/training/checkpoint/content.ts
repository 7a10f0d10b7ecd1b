import { argumentError } from '../../errors';
import { integerFrom, nonEmptyString, oneOf, positiveNumber, share } from '../../options/check';
import { readOptions, type OptionTable } from '../../options/option_table';
import { isPlainObject } from '../../topology/plain_object';
import type { LayerState } from './layer_state';
import type { OptimizerNumbers } from './optimizer_state';

/** The value by which an epoch was compared with others. */
export interface Monitored {
  /** Its name in the logs of tfjs. */
  readonly monitor: string;
  readonly mode: 'min' | 'max';
  readonly value: number;
}

/** The part of a checkpoint that is not tensors. */
export interface Content {
  readonly epoch: number;
  readonly optimizer: OptimizerNumbers;
  readonly layers: LayerState[];
  readonly monitored?: Monitored;
}

/** A checkpoint is checked as options are. */
type Parts<Value extends object> = OptionTable<Value>;

const anyNumber = { expected: 'a finite number', holds: Number.isFinite };
const anyString = {
  expected: 'a string',
  holds: (value: unknown) => typeof value === 'string',
};
const anyObject = { expected: 'an object', holds: isPlainObject };
const required = { required: true } as const;

const CONTENT = {
  epoch: { ...integerFrom(0), ...required },
  optimizer: { ...anyObject, ...required },
  layers: { expected: 'a list', holds: Array.isArray, ...required },
  monitored: anyObject,
} satisfies Parts<Content>;

const OPTIMIZER = {
  className: { ...nonEmptyString, ...required },
  settings: { ...anyString, ...required },
  iterations: { ...integerFrom(0), ...required },
  learningRate: {
    expected: 'a finite number, or null',
    holds: (value: unknown) => value === null || Number.isFinite(value),
    ...required,
  },
} satisfies Parts<OptimizerNumbers>;

const LAYER = {
  blend: { ...share, ...required },
  quantization: { ...anyObject, ...required },
} satisfies Parts<LayerState>;

const QUANTIZATION = {
  kernelQuantizer: { ...anyObject, ...required },
  inputQuantizer: { ...nonEmptyString, ...required },
  eps: { ...positiveNumber, ...required },
} satisfies Parts<LayerState['quantization']>;

const MONITORED = {
  monitor: { ...nonEmptyString, ...required },
  mode: { ...oneOf(['min', 'max']), ...required },
  value: { ...anyNumber, ...required },
} satisfies Parts<Monitored>;

/** @throws if `value` is not the content of a checkpoint. The model that it belongs to is not known here. */
export function checkContent(where: string, value: object): Content {
  const content = value as Content;
  readOptions(where, content, CONTENT, 'content');
  readOptions(where, content.optimizer, OPTIMIZER, 'optimizer');
  for (const [i, layer] of content.layers.entries()) {
    readOptions(where, layer, LAYER, `layers[${i}]`);
    readOptions(where, layer.quantization, QUANTIZATION, `layers[${i}].quantization`);
  }
  if (content.monitored != null) {
    readOptions(where, content.monitored, MONITORED, 'monitored');
  }
  return content;
}

/** @throws if a number that JSON cannot hold would be lost. */
export function checkLearningRate(where: string, learningRate: number | null): void {
  if (learningRate === null || Number.isFinite(learningRate)) return;
  throw argumentError(where, 'learning rate of the optimizer', anyNumber.expected, learningRate);
}
