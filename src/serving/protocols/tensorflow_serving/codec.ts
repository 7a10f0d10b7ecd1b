import type { Answer, Question } from '../../model/predictor';
import { sizeOf, zerosOf, type Data, type Rows, type Values } from '../../model/rows';
import type { Signature, TensorSpec } from '../../model/signature';
import { BadBody } from '../bad_body';
import { compileCheck } from '../check_json';
import type { Asked, Codec } from '../codec';
import { boundsOf } from '../json_bounds';
import { jsonNumbers } from '../json_numbers';
import { JsonReader } from '../json_reader';
import { hasShape, shapeOf, type Nested } from '../nested';
import { predictSchema } from './schema';

/** Values of the inputs by their names; a single input needs no name. */
type Named<Value> = Value | Readonly<Record<string, Value>>;

/** A body of `:predict` that its schema allows: a list of rows, or a list for each input. */
type PredictBody =
  { readonly instances: ReadonlyArray<Named<Nested>> } | { readonly inputs: Named<Nested[]> };

/** The bodies of `:predict`. */
export class TensorFlowServingCodec implements Codec {
  private readonly reader: JsonReader;

  constructor(
    private readonly signature: Signature,
    maxRows: number,
  ) {
    const check = compileCheck(
      predictSchema(signature, maxRows),
      'The body must be an object with either "instances" or "inputs"',
    );
    const takes = signature.inputs.map((spec) => `"${spec.name}": ${describe(spec)}`).join(', ');
    this.reader = new JsonReader(boundsOf(signature, maxRows), check, takes);
  }

  read({ body }: Question): Asked {
    const asked = this.reader.read(Buffer.concat(body)) as PredictBody;
    const answer = (outputs: Rows): Answer => ({
      status: 200,
      body: JSON.stringify(writeRows(asked, outputs, this.signature)),
    });
    return { rows: readRows(asked, this.signature), answer };
  }
}

/** "float32 [batch, 784]". */
function describe({ dtype, shape, vocabulary }: TensorSpec): string {
  const sizes = ['batch', ...shape.map((size) => size ?? 'any')].join(', ');
  return `${dtype} [${sizes}]${vocabulary == null ? '' : ` of whole numbers below ${vocabulary}`}`;
}

/** @throws BadBody if the rows, or the inputs, do not fit together. */
function readRows(body: PredictBody, { inputs }: Signature): Rows {
  const lists = inputs.map(({ name }) =>
    'instances' in body
      ? body.instances.map((instance) => valueOf(instance, name))
      : valueOf(body.inputs, name),
  );
  const counts = lists.map(({ length }) => length);
  if (counts.some((count) => count !== counts[0])) {
    const actual = JSON.stringify(inputs.map(({ name }, i) => [name, counts[i]]));
    throw new BadBody(`All inputs must have the same number of rows, got ${actual}.`);
  }
  return { count: counts[0]!, tensors: inputs.map((spec, i) => flatten(lists[i]!, spec)) };
}

function valueOf<Value extends Nested>(named: Named<Value>, name: string): Value {
  const isObject = typeof named === 'object' && !Array.isArray(named);
  return isObject ? (named as Record<string, Value>)[name]! : (named as Value);
}

/**
 * The values of one input.
 * @param rows one value for each row, as the schema of `spec` allows.
 * @throws BadBody if rows differ in a size that the model leaves open.
 */
function flatten(rows: readonly Nested[], spec: TensorSpec): Values {
  const shape = shapeOf(rows[0]!);
  // Before there is memory for all: the other rows may be much smaller than the first one.
  const odd = rows.findIndex((row) => !hasShape(row, shape));
  if (odd >= 0) {
    throw new BadBody(
      `Rows of "${spec.name}" must have one shape: row 0 has ${JSON.stringify(shape)}, ` +
        `row ${odd} does not.`,
    );
  }
  const size = sizeOf(shape);
  const data = zerosOf(spec.dtype, rows.length * size);
  for (const [i, row] of rows.entries()) fill(data, i * size, row, shape);
  return { data, shape };
}

function fill(data: Data, offset: number, value: Nested, [length, ...inner]: readonly number[]) {
  if (length === undefined) {
    data[offset] = Number(value); // also of the strings "NaN" and "Infinity"
    return;
  }
  const list = value as readonly Nested[];
  if (inner.length === 0) {
    for (let i = 0; i < length; i++) data[offset + i] = Number(list[i]);
    return;
  }
  const size = sizeOf(inner);
  for (const [i, element] of list.entries()) fill(data, offset + i * size, element, inner);
}

/** The answer in the format of the question: rows, or columns. */
function writeRows(body: PredictBody, rows: Rows, { outputs }: Signature): object {
  const columns = outputs.map(({ name }, i) => [name, nest(rows.tensors[i]!, rows.count)] as const);
  const single = columns.length === 1;
  if (!('instances' in body)) {
    return { outputs: single ? columns[0]![1] : Object.fromEntries(columns) };
  }
  const rowOf = (i: number) =>
    Object.fromEntries(columns.map(([name, values]) => [name, values[i]]));
  return {
    predictions: single ? columns[0]![1] : Array.from({ length: rows.count }, (_, i) => rowOf(i)),
  };
}

/** JSON of each row. */
function nest({ data, shape }: Values, count: number): Nested[] {
  let nested: Nested[] = jsonNumbers(data);
  for (const length of [...shape].reverse()) {
    nested = Array.from({ length: nested.length / length }, (_, i) =>
      nested.slice(i * length, (i + 1) * length),
    );
  }
  return nested.slice(0, count);
}
