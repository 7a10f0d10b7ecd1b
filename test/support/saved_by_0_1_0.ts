import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { folder } from '../../src/io/folder';
import { expectClose, expectIdentical } from './values';

/** A tensor of floats, as `recorded.json` holds it. */
export interface Recorded {
  readonly shape: number[];
  /** Base64 of its bytes, little endian. */
  readonly float32: string;
}

/** What the commit computed on one backend. */
export interface RecordedResults {
  readonly float: Recorded[];
  readonly converted: Record<string, Recorded[]>;
  readonly trained: Recorded[];
  readonly deployed: Recorded[];
  readonly floatsOfDeployed: Recorded[];
  readonly blended: Recorded[];
  readonly resumed: {
    readonly epoch: number;
    readonly losses: number[];
    readonly weights: Recorded[];
  };
}

interface RecordedFile {
  readonly inputs: Record<'a' | 'b' | 'c' | 'head', Recorded>;
  readonly cpu: RecordedResults;
  readonly wasm: RecordedResults;
}

const FOLDER = join(__dirname, '../fixtures/saved_by_0_1_0');

/** See test/fixtures/saved_by_0_1_0/README.md. */
export const recordedFile = JSON.parse(
  readFileSync(join(FOLDER, 'recorded.json'), 'utf8'),
) as RecordedFile;

export function fixture(name: string): ReturnType<typeof folder> {
  return folder(join(FOLDER, name));
}

export function recordedTensor({ shape, float32 }: Recorded): tf.Tensor {
  const bytes = Uint8Array.from(Buffer.from(float32, 'base64'));
  return tf.tensor(new Float32Array(bytes.buffer), shape);
}

/**
 * What the commit computed on the backend in use. On `tensorflow` there is no record, as its sums of
 * floats depend on the processor: there it is what `cpu` computed.
 */
export function recordedResults(): RecordedResults {
  return tf.getBackend() === 'wasm' ? recordedFile.wasm : recordedFile.cpu;
}

/** The same bits on `cpu` and `wasm`; on `tensorflow` the same floats to 1e-5. */
export function expectAsRecorded(actual: tf.Tensor[], expected: Recorded[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, tensor] of actual.entries()) {
    const recorded = recordedTensor(expected[i]);
    expect(tensor.shape).toEqual(recorded.shape);
    if (tf.getBackend() === 'tensorflow') expectClose(tensor, recorded);
    else expectSameBits(tensor, recorded);
  }
}

/** Stricter than equal values: -0 is not 0. */
export function expectSameBits(actual: tf.Tensor, expected: tf.Tensor): void {
  expectIdentical(actual, expected); // fails naming the first value that differs
  expect(bitsOf(actual).equals(bitsOf(expected))).toBe(true);
}

function bitsOf(tensor: tf.Tensor): Buffer {
  const { buffer, byteOffset, byteLength } = tensor.dataSync();
  return Buffer.from(buffer, byteOffset, byteLength);
}
