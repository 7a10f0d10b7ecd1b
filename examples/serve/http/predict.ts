import { BadRows, flatten, nest, type Nested, type Rows } from '../model/rows';
import type { Signature } from '../model/signature';

/** Values of the inputs by their names; a single input needs no name. */
type Named<Value> = Value | Readonly<Record<string, Value>>;

/** A body of `:predict` that its schema allows: a list of rows, or a list for each input. */
export type PredictBody =
  { readonly instances: ReadonlyArray<Named<Nested>> } | { readonly inputs: Named<Nested[]> };

/** @throws BadRows if the rows, or the inputs, do not fit together. */
export function readRows(body: PredictBody, { inputs }: Signature): Rows {
  const lists = inputs.map(({ name }) =>
    'instances' in body
      ? body.instances.map((instance) => valueOf(instance, name))
      : valueOf(body.inputs, name),
  );
  const counts = lists.map(({ length }) => length);
  if (counts.some((count) => count !== counts[0])) {
    const actual = JSON.stringify(inputs.map(({ name }, i) => [name, counts[i]]));
    throw new BadRows(`All inputs must have the same number of rows, got ${actual}.`);
  }
  return { count: counts[0], tensors: inputs.map((spec, i) => flatten(lists[i], spec)) };
}

function valueOf<Value extends Nested>(named: Named<Value>, name: string): Value {
  const isObject = typeof named === 'object' && !Array.isArray(named);
  return isObject ? (named as Record<string, Value>)[name] : (named as Value);
}

/** The answer in the format of the question: rows, or columns. */
export function writeRows(body: PredictBody, rows: Rows, { outputs }: Signature): object {
  const columns = outputs.map(({ name }, i) => [name, nest(rows.tensors[i], rows.count)] as const);
  const single = columns.length === 1;
  if (!('instances' in body)) {
    return { outputs: single ? columns[0][1] : Object.fromEntries(columns) };
  }
  const rowOf = (i: number) =>
    Object.fromEntries(columns.map(([name, values]) => [name, values[i]]));
  return {
    predictions: single ? columns[0][1] : Array.from({ length: rows.count }, (_, i) => rowOf(i)),
  };
}
