import type { Data } from '../../model/rows';
import { zerosOf } from '../../model/rows';
import type { TensorSpec } from '../../model/signature';
import { BadBody } from '../bad_body';
import { brief } from '../check_json';
import { INT32_RANGE, MAX_FLOAT32, NON_FINITE } from '../json_numbers';

type Dtype = TensorSpec['dtype'];

/** The memory of values, in the byte order of the protocol: little-endian, as the processors that Node runs on. */
interface Memory {
  readonly BYTES_PER_ELEMENT: number;
  new (bytes: ArrayBuffer): ArrayLike<number>;
}

/** How values of a datatype are written. */
interface Datatype {
  /** The types of numbers that have all its values. */
  readonly fits: readonly Dtype[];
  readonly memory: Memory;
  /** What its values are: the words for an error. */
  readonly expected: string;
  /** The number for a value of JSON; undefined if it is none of the datatype. */
  readonly ofJson: (value: unknown) => number | undefined;
  /** False for a number that its memory can hold, but is no value of it. */
  readonly has?: (value: number) => boolean;
}

const wholeNumber = (
  memory: Memory,
  { minimum, maximum }: { minimum: number; maximum: number },
  fits: readonly Dtype[] = ['float32', 'int32'],
): Datatype => ({
  ...{ fits, memory },
  expected: `whole numbers from ${minimum} to ${maximum}`,
  ofJson: (value) => {
    const isInside =
      Number.isInteger(value) && minimum <= Number(value) && Number(value) <= maximum;
    return isInside ? Number(value) : undefined;
  },
});

/** Those whose values an input can take as they are: nothing is rounded. */
const DATATYPES: Readonly<Record<string, Datatype>> = {
  FP32: {
    ...{ fits: ['float32'], memory: Float32Array },
    expected: 'numbers of float32, "NaN", "Infinity" or "-Infinity"',
    ofJson: (value) => {
      if (NON_FINITE.includes(value as string)) return Number(value);
      return typeof value === 'number' && Math.abs(value) <= MAX_FLOAT32 ? value : undefined;
    },
  },
  INT32: wholeNumber(Int32Array, INT32_RANGE, ['int32']),
  INT16: wholeNumber(Int16Array, { minimum: -(2 ** 15), maximum: 2 ** 15 - 1 }),
  UINT16: wholeNumber(Uint16Array, { minimum: 0, maximum: 2 ** 16 - 1 }),
  INT8: wholeNumber(Int8Array, { minimum: -128, maximum: 127 }),
  UINT8: wholeNumber(Uint8Array, { minimum: 0, maximum: 255 }),
  BOOL: {
    ...{ fits: ['float32', 'int32'], memory: Uint8Array },
    expected: 'true and false, as bytes 1 and 0',
    ofJson: (value) => (typeof value === 'boolean' ? Number(value) : undefined),
    has: (value) => value <= 1,
  },
};

/** The datatype in which the protocol describes a tensor of the model. */
export function datatypeOf({ dtype }: Pick<TensorSpec, 'dtype'>): string {
  return dtype === 'float32' ? 'FP32' : 'INT32';
}

/** The names of the datatypes in which an input may be sent. */
export function datatypesFor({ dtype }: TensorSpec): string[] {
  return Object.keys(DATATYPES).filter((name) => DATATYPES[name]!.fits.includes(dtype));
}

/** The bytes of a value. */
export function bytesOf(datatype: string): number {
  return DATATYPES[datatype]!.memory.BYTES_PER_ELEMENT;
}

/** @throws BadBody if one of the values, a flat list, is not of the datatype. */
export function readJsonValues(
  values: readonly unknown[],
  datatype: string,
  { name, dtype }: TensorSpec,
): Data {
  const { ofJson, expected } = DATATYPES[datatype]!;
  const data = zerosOf(dtype, values.length);
  for (let i = 0; i < values.length; i++) {
    const number = ofJson(values[i]);
    if (number === undefined) {
      throw new BadBody(
        `data of "${name}" must be ${expected} (${datatype}), got ${brief(values[i])} at ${i}`,
      );
    }
    data[i] = number;
  }
  return data;
}

/** @throws BadBody if one of the values is not of the datatype. */
export function readBytes(bytes: Uint8Array, datatype: string, { name, dtype }: TensorSpec): Data {
  const { memory: Memory, has, expected } = DATATYPES[datatype]!;
  // A copy: the bytes may begin where no number can.
  const values = new Memory(new Uint8Array(bytes).buffer);
  const isOdd = (value: number) => !has!(value);
  const odd = has == null ? -1 : Array.prototype.findIndex.call(values, isOdd);
  if (odd >= 0) {
    throw new BadBody(
      `data of "${name}" must be ${expected} (${datatype}), got ${values[odd]} at ${odd}`,
    );
  }
  const data = zerosOf(dtype, values.length);
  data.set(values);
  return data;
}
