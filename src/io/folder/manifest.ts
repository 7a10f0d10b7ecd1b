import { win32 } from 'node:path';
import type { io } from '@tensorflow/tfjs-core';
import { argumentError } from '../../errors';
import { isPlainObject } from '../../topology/plain_object';

/** The converters write files of 4 MB: so many hold 40 GB. */
const MOST_FILES = 10_000;

/** Bytes of a value, by the types that tfjs decodes. */
const BYTES = new Map([
  ['float32', 4],
  ['int32', 4],
  ['bool', 1],
  ['complex64', 8],
]);
const QUANTIZED_BYTES = new Map([
  ['uint8', 1],
  ['uint16', 2],
  ['float16', 2],
]);

/** A part of model.json in errors, such as `weightsManifest[0].paths`. */
type Refuse = (part: string, expected: string, actual: unknown) => never;

/**
 * Everything that tfjs trusts about the weights: their files, names, shapes and types.
 * @throws an error that names `where` and the part of model.json that is wrong.
 */
export function checkManifest(
  manifest: unknown,
  file: string,
  where: string,
): asserts manifest is io.WeightsManifestConfig {
  const refuse: Refuse = (part, expected, actual) => {
    throw argumentError(where, `${part} in ${file}`, expected, actual);
  };
  if (!Array.isArray(manifest)) return refuse('weightsManifest', 'a list', kindOf(manifest));
  for (const [i, group] of (manifest as unknown[]).entries()) {
    const part = `weightsManifest[${i}]`;
    if (!isPlainObject(group)) return refuse(part, 'an object {paths, weights}', kindOf(group));
    if (!Array.isArray(group.paths)) refuse(`${part}.paths`, 'a list', kindOf(group.paths));
    if (!Array.isArray(group.weights)) refuse(`${part}.weights`, 'a list', kindOf(group.weights));
    const weights = group.weights as unknown[];
    weights.forEach((weight, j) => checkWeight(weight, `${part}.weights[${j}]`, refuse));
  }
  checkFiles(manifest as io.WeightsManifestConfig, refuse);
  checkNames(manifest as io.WeightsManifestConfig, refuse);
}

/** A file that is listed twice would let a small folder fill the memory. */
function checkFiles(manifest: io.WeightsManifestConfig, refuse: Refuse): void {
  const count = manifest.reduce((total, { paths }) => total + paths.length, 0);
  if (count > MOST_FILES) refuse('weightsManifest', `of at most ${MOST_FILES} files`, count);
  const names = new Set<string>();
  for (const [i, { paths }] of manifest.entries()) {
    for (const [j, name] of paths.entries()) {
      const part = `weightsManifest[${i}].paths[${j}]`;
      if (!isFileName(name)) refuse(part, 'the name of a file in the folder', name);
      if (names.has(name)) refuse(part, 'listed once', name);
      names.add(name);
    }
  }
}

/**
 * Both kinds of slashes lead out of a folder somewhere, and so does the letter of a drive. `downloads://` writes
 * "./" before the name.
 */
function isFileName(path: unknown): boolean {
  const name = typeof path === 'string' ? path.replace(/^\.\//, '') : '';
  if (name === '' || name === '.' || name === '..') return false;
  return win32.basename(name) === name && !name.includes('\0');
}

/** tfjs would use the last of several weights of one name. */
function checkNames(manifest: io.WeightsManifestConfig, refuse: Refuse): void {
  const names = new Set<string>();
  for (const [i, { weights }] of manifest.entries()) {
    for (const [j, { name }] of weights.entries()) {
      if (names.has(name)) refuse(`weightsManifest[${i}].weights[${j}].name`, 'used once', name);
      names.add(name);
    }
  }
}

function checkWeight(weight: unknown, part: string, refuse: Refuse): void {
  if (!isPlainObject(weight)) {
    return refuse(part, 'an object {name, shape, dtype}', kindOf(weight));
  }
  const { name, shape, dtype, quantization } = weight;
  if (typeof name !== 'string' || name === '') refuse(`${part}.name`, 'a non-empty string', name);
  const isShape = Array.isArray(shape) && shape.every(isSize);
  if (!isShape || !isSize(product(shape as number[])))
    refuse(`${part}.shape`, 'a list of sizes', shape);
  if (typeof dtype !== 'string' || !BYTES.has(dtype)) {
    refuse(`${part}.dtype`, `one of ${[...BYTES.keys()].join(', ')}`, dtype);
  }
  if ('quantization' in weight) {
    checkQuantization(quantization, dtype as string, `${part}.quantization`, refuse);
  }
}

function checkQuantization(value: unknown, dtype: string, part: string, refuse: Refuse): void {
  if (!isPlainObject(value)) return refuse(part, 'an object {dtype, scale, min}', kindOf(value));
  const { dtype: stored, scale, min } = value;
  if (typeof stored !== 'string' || !QUANTIZED_BYTES.has(stored)) {
    refuse(`${part}.dtype`, `one of ${[...QUANTIZED_BYTES.keys()].join(', ')}`, stored);
  }
  const holds = stored === 'float16' ? ['float32'] : ['float32', 'int32'];
  if (!holds.includes(dtype)) refuse(`${part}.dtype`, `one that holds ${dtype}`, stored);
  if (stored === 'float16') return;
  if (!Number.isFinite(scale)) refuse(`${part}.scale`, 'a finite number', scale);
  if (!Number.isFinite(min)) refuse(`${part}.min`, 'a finite number', min);
}

function isSize(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function product(sizes: number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}

/** Bytes that a checked list of weights takes in its files. */
export function bytesOf(weights: readonly io.WeightsManifestEntry[]): number {
  const bytes = ({ shape, dtype, quantization }: io.WeightsManifestEntry) =>
    product(shape) * (quantization ? QUANTIZED_BYTES.get(quantization.dtype)! : BYTES.get(dtype)!);
  return weights.reduce((total, weight) => total + bytes(weight), 0);
}

/** What errors show of a value that may be large. */
function kindOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null
    ? Array.isArray(value)
      ? 'a list'
      : 'an object'
    : value;
}
