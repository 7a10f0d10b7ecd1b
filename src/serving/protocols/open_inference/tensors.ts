import { sizeOf, type Rows, type Values } from '../../model/rows';
import { fitsShape, type Signature, type TensorSpec } from '../../model/signature';
import { BadBody } from '../bad_body';
import { brief } from '../check_json';
import { hasShape, type Nested } from '../nested';
import { bytesOf, datatypeOf, datatypesFor, readBytes, readJsonValues } from './datatypes';
import type { RequestInput } from './schema';

/**
 * The rows in the tensors of a request.
 * @param binary the bytes behind the JSON, in the order of the tensors.
 * @throws BadBody if they are not those that the model takes.
 */
export function readTensors(
  tensors: readonly RequestInput[],
  binary: Uint8Array,
  { inputs }: Signature,
  maxRows: number,
): Rows {
  checkNames(tensors, inputs);
  const specOf = (name: string) => inputs.find((spec) => spec.name === name)!;
  for (const tensor of tensors) checkTensor(tensor, specOf(tensor.name), maxRows);
  const counts = tensors.map(({ shape }) => shape[0]!);
  if (counts.some((count) => count !== counts[0])) {
    const shown = tensors.map(({ name, shape }) => `"${name}" ${briefShape(shape)}`);
    throw new BadBody(`All inputs must have the same number of rows, got ${shown.join(' and ')}`);
  }
  const parts = binaryParts(tensors, binary);
  const values = new Map(
    tensors.map((tensor, i) => [tensor.name, readTensor(tensor, parts[i], specOf(tensor.name))]),
  );
  return { count: counts[0]!, tensors: inputs.map(({ name }) => values.get(name)!) };
}

function checkNames(tensors: readonly RequestInput[], inputs: readonly TensorSpec[]): void {
  for (const { name } of inputs) {
    const count = tensors.filter((tensor) => tensor.name === name).length;
    if (count !== 1) throw new BadBody(`inputs must have "${name}" once, got ${count} of it`);
  }
}

function checkTensor(
  { name, shape, datatype, data, parameters }: RequestInput,
  spec: TensorSpec,
  maxRows: number,
): void {
  const [count, ...row] = shape;
  if (count == null || !fitsShape(row, spec.shape)) {
    throw new BadBody(
      `shape of "${name}" must be ${shapeText(spec)} (-1 is any), got ${briefShape(shape)}`,
    );
  }
  if (count > maxRows)
    throw new BadBody(`"${name}" must have at most ${maxRows} rows, got ${count}`);
  const datatypes = datatypesFor(spec);
  if (!datatypes.includes(datatype)) {
    throw new BadBody(
      `datatype of "${name}" must be ${datatypes.join(' or ')}, got ${brief(datatype)}`,
    );
  }
  if ((data == null) === (parameters?.binary_data_size == null)) {
    throw new BadBody(`"${name}" must have either data or the parameter binary_data_size`);
  }
}

/** The bytes of each tensor; undefined for those whose values are JSON. */
function binaryParts(
  tensors: readonly RequestInput[],
  binary: Uint8Array,
): Array<Uint8Array | undefined> {
  let end = 0;
  const parts = tensors.map(({ name, shape, datatype, parameters }) => {
    const size = parameters?.binary_data_size;
    if (size == null) return undefined;
    const expected = sizeOf(shape) * bytesOf(datatype);
    if (size !== expected) {
      throw new BadBody(
        `binary_data_size of "${name}" must be ${expected} for ${datatype} ${JSON.stringify(shape)}, got ${size}`,
      );
    }
    const start = end;
    end += size;
    return binary.subarray(start, end);
  });
  if (end !== binary.length) {
    throw new BadBody(`The body must have ${end} bytes behind its JSON, got ${binary.length}`);
  }
  return parts;
}

function readTensor(
  { name, shape, datatype, data }: RequestInput,
  bytes: Uint8Array | undefined,
  spec: TensorSpec,
): Values {
  const values =
    bytes == null
      ? readJsonValues(flat(data!, shape, name), datatype, spec)
      : readBytes(bytes, datatype, spec);
  checkVocabulary(values, spec);
  return { data: values, shape: shape.slice(1) };
}

/** The values in one list: they may stand in the lists of their shape, too. */
function flat(
  data: readonly unknown[],
  shape: readonly number[],
  name: string,
): readonly unknown[] {
  const size = sizeOf(shape);
  if (data.length === size && !Array.isArray(data[0])) return data;
  if (hasShape(data as Nested, shape)) return data.flat(shape.length - 1);
  throw new BadBody(
    `data of "${name}" must be a list of ${size} values, or nested lists of ${JSON.stringify(shape)}`,
  );
}

/** @throws BadBody if an index leads out of an Embedding: it would make a whole batch fail. */
function checkVocabulary(values: Values['data'], { name, vocabulary }: TensorSpec): void {
  if (vocabulary == null) return;
  const isIndex = (value: number) => Number.isInteger(value) && value >= 0 && value < vocabulary;
  const odd = values.findIndex((value) => !isIndex(value));
  if (odd < 0) return;
  throw new BadBody(
    `data of "${name}" must be whole numbers below ${vocabulary}, got ${values[odd]} at ${odd}`,
  );
}

/** "FP32 [-1, 784]", as metadata have it. */
export function described(spec: TensorSpec): string {
  const below = spec.vocabulary == null ? '' : ` of whole numbers below ${spec.vocabulary}`;
  return `${datatypeOf(spec)} ${shapeText(spec)}${below}`;
}

/** The batch is first, and of any size. */
export function shapeOfSpec({ shape }: TensorSpec): number[] {
  return [-1, ...shape.map((size) => size ?? -1)];
}

function shapeText(spec: TensorSpec): string {
  return `[${shapeOfSpec(spec).join(', ')}]`;
}

/** A client may send a shape of any length. */
function briefShape(shape: readonly number[]): string {
  return shape.length > 16 ? `${shape.length} sizes` : JSON.stringify(shape);
}
