import { argumentError } from '../errors';

/** Part of a topology, as JSON. */
type Json = unknown;
type JsonObject = { readonly [key: string]: Json };

/**
 * A topology that Keras 2 wrote, in the form that TensorFlow.js reads. TensorFlow 2.3 and later name the
 * regularizers `L1` and `L2`, where TensorFlow.js only knows `L1L2`: the same rule, whose other factor is 0.
 * @throws if the topology has a GRU of the kind that TensorFlow.js does not compute.
 */
export function readableTopology<Topology>(topology: Topology, where: string): Topology {
  checkGRUs(topology, where);
  return mendRegularizers(topology) as Topology;
}

function mendRegularizers(value: Json): Json {
  if (Array.isArray(value)) return value.map(mendRegularizers);
  if (!isObject(value)) return value;
  const mended = Object.entries(value).map(([key, part]) =>
    key.endsWith('_regularizer') ? [key, regularizer(part)] : [key, mendRegularizers(part)],
  );
  return Object.fromEntries(mended) as JsonObject;
}

function regularizer(entry: Json): Json {
  if (!isObject(entry) || (entry['class_name'] !== 'L1' && entry['class_name'] !== 'L2'))
    return entry;
  const { l1 = 0, l2 = 0 } = entry['config'] as { l1?: Json; l2?: Json };
  return { ...entry, class_name: 'L1L2', config: { l1, l2 } };
}

/** With `reset_after`, the default of Keras 2, a GRU has a bias more, and multiplies in another order. */
function checkGRUs(value: Json, where: string): void {
  if (Array.isArray(value)) for (const part of value as Json[]) checkGRUs(part, where);
  if (!isObject(value)) return;
  const { class_name: className, config } = value;
  if (
    (className === 'GRU' || className === 'GRUCell') &&
    isObject(config) &&
    config['reset_after'] === true
  ) {
    const expected =
      'false, as TensorFlow.js computes no other kind (build the model with ' +
      `tf.keras.layers.${className}(..., reset_after=False), train it, and convert it again)`;
    throw argumentError(
      where,
      `reset_after of ${className} "${String(config['name'])}"`,
      expected,
      true,
    );
  }
  for (const part of Object.values(value)) checkGRUs(part, where);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
