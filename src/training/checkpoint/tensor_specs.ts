import type { Tensor } from '@tensorflow/tfjs-core';
import { argumentError } from '../../errors';
import { integerFrom, nonEmptyString, oneOf, type Check } from '../../options/check';
import { isPlainObject } from '../../topology/plain_object';

/** A tensor to save, and what errors call it. */
export interface NamedTensor {
  readonly name: string;
  readonly label: string;
  readonly tensor: Tensor;
}

/** A tensor as it is described in a checkpoint. */
export interface TensorSpec {
  readonly name: string;
  readonly shape: number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
}

const BYTES = { float32: 4, int32: 4, bool: 1 };

const SHAPE: Check = {
  expected: 'a list of sizes',
  holds: (value) => Array.isArray(value) && value.every(integerFrom(0).holds),
};

const PARTS: Record<keyof TensorSpec, Check> = {
  name: nonEmptyString,
  shape: SHAPE,
  dtype: oneOf(Object.keys(BYTES)),
};

/** @throws if `specs` is not a list of specs of tensors, each name once, none of them compressed. */
export function checkSpecs(where: string, specs: unknown): TensorSpec[] {
  if (!Array.isArray(specs)) throw argumentError(where, 'weightSpecs', 'a list', specs);
  const names = new Set<string>();
  for (const [i, spec] of specs.entries()) {
    const argument = `weightSpecs[${i}]`;
    if (!isPlainObject(spec)) throw argumentError(where, argument, 'an object', spec);
    for (const [part, { expected, holds }] of Object.entries(PARTS)) {
      if (holds(spec[part])) continue;
      throw argumentError(where, `${argument}.${part}`, expected, spec[part]);
    }
    if (spec['quantization'] != null) {
      const expected = 'left out, as a checkpoint is exact';
      throw argumentError(where, `${argument}.quantization`, expected, spec['quantization']);
    }
    const name = spec['name'] as string;
    if (names.has(name)) throw argumentError(where, `${argument}.name`, 'there once', name);
    names.add(name);
  }
  return specs.map(({ name, shape, dtype }: TensorSpec) => ({ name, shape, dtype }));
}

export function bytesOf({ shape, dtype }: TensorSpec): number {
  return shape.reduce((size, dimension) => size * dimension, BYTES[dtype]);
}

/** The specs whose names begin with a prefix, by the rest of their names. */
export function specsUnder(prefix: string, specs: readonly TensorSpec[]): Map<string, TensorSpec> {
  const own = specs.filter(({ name }) => name.startsWith(prefix));
  return new Map(own.map((spec) => [spec.name.slice(prefix.length), spec]));
}

/** The first value that is NaN or infinite in tensors that tfjs has encoded; undefined if there is none. */
export function firstNonFinite(
  specs: readonly TensorSpec[],
  data: ArrayBuffer,
): { tensor: number; index: number; value: number } | undefined {
  let offset = 0;
  for (const [tensor, spec] of specs.entries()) {
    const bytes = bytesOf(spec);
    if (spec.dtype === 'float32') {
      // A copy, as the offset of floats behind those of a bool is not a multiple of 4.
      const values = new Float32Array(data.slice(offset, offset + bytes));
      const index = values.findIndex((value) => !Number.isFinite(value));
      if (index >= 0) return { tensor, index, value: values[index]! };
    }
    offset += bytes;
  }
  return undefined;
}
