import { argumentError } from '../../errors';

type Shape = ReadonlyArray<number | null>;

/** What attention works on; tensors, or their shapes. */
export interface AttentionInputs<Item> {
  readonly query: Item;
  readonly value: Item;
  readonly key: Item;
  readonly mask: Item | undefined;
}

const EXPECTED =
  'query, [query, value] or [query, value, key], each of shape [batch, time, width] with a known width, ' +
  'and after them, if keys are hidden, a mask of shape [batch, keys]';

/**
 * Names the inputs of a layer.
 * @throws an error that names the layer by `label`, if they are not as `EXPECTED` says.
 */
export function namedInputs<Item>(
  inputs: Item[],
  shapeOf: (item: Item) => Shape,
  label: string,
): AttentionInputs<Item> {
  const shapes = inputs.map(shapeOf);
  const hasMask = shapes.length > 1 && shapes[shapes.length - 1]!.length === 2;
  const mask = hasMask ? inputs[inputs.length - 1] : undefined;
  const [query, value = query!, key = value, ...others] = hasMask ? inputs.slice(0, -1) : inputs;
  const named = { query: query!, value, key, mask };
  const hasWidth = (shape: Shape) => shape.length === 3 && shape[2] != null;
  const isNamed = query != null && others.length === 0;
  if (isNamed && [query, value, key].every((item) => hasWidth(shapeOf(item)))) {
    checkLengths(named, shapeOf, label);
    return named;
  }
  throw argumentError(label, 'inputs', EXPECTED, shapes);
}

/** Unknown sizes agree with every size. */
function checkLengths<Item>(
  { query, value, key, mask }: AttentionInputs<Item>,
  shapeOf: (item: Item) => Shape,
  label: string,
): void {
  const [queries, values, keys] = [query, value, key].map(shapeOf) as [Shape, Shape, Shape];
  const check = (input: string, shape: Shape, expected: Shape) => {
    const fits = expected.every(
      (size, axis) => size == null || shape[axis] == null || size === shape[axis],
    );
    const axes = expected.map((size) => size ?? 'any').join(', ');
    if (!fits) throw argumentError(label, input, `of shape [${axes}]`, shape);
  };
  check('value', values, [queries[0]!, null, null]);
  check('key', keys, [queries[0]!, values[1]!, null]);
  if (mask != null) check('mask', shapeOf(mask), [queries[0]!, values[1]!]);
}
