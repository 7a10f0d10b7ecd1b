import { isPlainObject } from '../topology/plain_object';

/**
 * TensorFlow.js reads the format of Keras 2. For the format of Keras 3 its error is that "an InputLayer
 * should be passed either a `batchInputShape` or an `inputShape`".
 * @throws an error that says what to do, if the topology is in the format of Keras 3.
 */
export function checkKerasVersion(topology: object, where: string): void {
  const { keras_version: version = '3' } = topology as { keras_version?: string };
  const forms = [...new Set(keras3Forms(topology))].sort();
  if (forms.length === 0) return;
  throw new Error(
    `${where}: the model was written by Keras ${version}, in a format that TensorFlow.js does not read ` +
      `(${forms.join(', ')}). Write it with Keras 2: \`pip install tf_keras\`, set the environment variable ` +
      'TF_USE_LEGACY_KERAS=1 before tensorflow is imported, build the model with the same code, copy its ' +
      'weights as arrays (get_weights, set_weights), save it, and convert the saved model.',
  );
}

/**
 * The parts of a topology that only Keras 3 writes, and tfjs cannot read. They are looked for where Keras has
 * them: a layer may have any of these words as its name.
 */
function keras3Forms(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keras3Forms);
  if (!isPlainObject(value)) return [];
  const { class_name: className, config } = value;
  const own: string[] = [];
  if (className === 'InputLayer' && isPlainObject(config) && 'batch_shape' in config) {
    own.push('batch_shape');
  }
  if (className === 'DTypePolicy' || className === '__keras_tensor__') own.push(className);
  return [...own, ...Object.values(value).flatMap(keras3Forms)];
}
