import { checkJsonBounds, boundsOf, type JsonBounds } from './json_bounds';
import { BadBody, flatten, nest, type Nested, type Rows } from './rows';
import { compileSchema, type CheckBody } from './schema';
import { describe, type Signature } from './signature';

/** Values of the inputs by their names; a single input needs no name. */
type Named<Value> = Value | Readonly<Record<string, Value>>;

/** A body of `:predict` that its schema allows: a list of rows, or a list for each input. */
export type PredictBody =
  { readonly instances: ReadonlyArray<Named<Nested>> } | { readonly inputs: Named<Nested[]> };

/** Reads the bodies of `:predict` requests for one model. */
export class BodyReader {
  private readonly bounds: JsonBounds;
  private readonly check: CheckBody;

  constructor(
    private readonly signature: Signature,
    maxRows: number,
  ) {
    this.bounds = boundsOf(signature, maxRows);
    this.check = compileSchema(signature, maxRows);
  }

  /** @throws BadBody if it is no JSON, or not what the model takes; the message says what that is. */
  read(blocks: readonly Uint8Array[]): { body: PredictBody; rows: Rows } {
    const bytes = Buffer.concat(blocks);
    this.orTellWhatTheModelTakes(() => checkJsonBounds(bytes, this.bounds));
    const value = parseJson(bytes);
    this.orTellWhatTheModelTakes(() => this.check(value));
    const body = value as PredictBody;
    return { body, rows: readRows(body, this.signature) };
  }

  private orTellWhatTheModelTakes(check: () => void): void {
    try {
      check();
    } catch (error) {
      const { inputs } = this.signature;
      const takes = inputs.map((spec) => `"${spec.name}": ${describe(spec)}`).join(', ');
      throw new BadBody(`${(error as Error).message}. The model takes ${takes}.`);
    }
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch (error) {
    throw new BadBody(`JSON Parse error: ${(error as Error).message}`);
  }
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

/** The answer in the format of the question: rows, or columns. */
export function writeRows(body: PredictBody, rows: Rows, { outputs }: Signature): object {
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
