import { argumentError } from '../../errors';

type Shape = ReadonlyArray<number | null>;

/** What attention works on; tensors, or their shapes. */
export interface AttentionInputs<Item> {
  readonly query: Item;
  readonly value: Item;
  readonly key: Item;
  readonly mask: Item | undefined;
  /** Keys and values of earlier positions. */
  readonly past: { readonly keys: Item; readonly values: Item } | undefined;
}

/** The sizes of the heads, of which earlier keys and values are. */
interface Heads {
  readonly numHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
}

const EXPECTED =
  'query, [query, value] or [query, value, key], each of shape [batch, time, width] with a known width; ' +
  'after them, if keys are hidden, a mask of shape [batch, keys]; and after these, if they are kept, the keys and ' +
  'the values of earlier positions, each of shape [batch, time, numHeads, width of a head]';

/**
 * Names the inputs of a layer.
 * @throws an error that names the layer by `label`, if they are not as `EXPECTED` says.
 */
export function namedInputs<Item>(
  inputs: Item[],
  shapeOf: (item: Item) => Shape,
  heads: Heads,
  label: string,
): AttentionInputs<Item> {
  const ofRank = (rank: number) => inputs.filter((item) => shapeOf(item).length === rank);
  const [sequences, masks, pasts] = [ofRank(3), ofRank(2), ofRank(4)];
  const inOrder = [...sequences, ...masks, ...pasts];
  const areNamed =
    inOrder.length === inputs.length &&
    inOrder.every((item, i) => item === inputs[i]) &&
    [1, 2, 3].includes(sequences.length) &&
    sequences.every((item) => shapeOf(item)[2] != null) &&
    masks.length <= 1 &&
    [0, 2].includes(pasts.length);
  if (!areNamed) throw argumentError(label, 'inputs', EXPECTED, inputs.map(shapeOf));
  const [query, value = query!, key = value] = sequences;
  const [keys, values] = pasts;
  const past = keys == null ? undefined : { keys, values: values! };
  const named = { query: query!, value, key, mask: masks[0], past };
  checkLengths(named, shapeOf, heads, label);
  return named;
}

/** The number of keys that a query may see: those of earlier positions and its own; null if it is unknown. */
export function numKeys<Item>(
  { key, past }: Pick<AttentionInputs<Item>, 'key' | 'past'>,
  shapeOf: (item: Item) => Shape,
): number | null {
  const counts = [key, ...(past == null ? [] : [past.keys])].map((item) => shapeOf(item)[1]);
  return counts.reduce<number | null>(
    (sum, count) => (sum == null || count == null ? null : sum + count),
    0,
  );
}

/** Unknown sizes agree with every size. */
function checkLengths<Item>(
  inputs: AttentionInputs<Item>,
  shapeOf: (item: Item) => Shape,
  { numHeads, keyDim, valueDim }: Heads,
  label: string,
): void {
  const { query, value, key, mask, past } = inputs;
  const check = (input: string, item: Item, expected: Shape) => {
    const shape = shapeOf(item);
    const fits = expected.every(
      (size, axis) => size == null || shape[axis] == null || size === shape[axis],
    );
    const axes = expected.map((size) => size ?? 'any').join(', ');
    if (!fits) throw argumentError(label, input, `of shape [${axes}]`, shape);
  };
  const batch = shapeOf(query)[0]!;
  check('value', value, [batch, null, null]);
  check('key', key, [batch, shapeOf(value)[1]!, null]);
  if (past != null) {
    check('earlier keys', past.keys, [batch, null, numHeads, keyDim]);
    const positions = shapeOf(past.keys)[1]!;
    check('earlier values', past.values, [batch, positions, numHeads, valueDim]);
  }
  if (mask != null) check('mask', mask, [batch, numKeys(inputs, shapeOf)]);
}
