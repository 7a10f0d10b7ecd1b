/** The entries that Keras 3 writes and tfjs cannot read, as they appear in the text of model.json. */
const KERAS_3_FORMS = ['batch_shape', 'DTypePolicy', '__keras_tensor__'];

/**
 * TensorFlow.js reads the format of Keras 2. For the format of Keras 3 its error is that "an InputLayer
 * should be passed either a `batchInputShape` or an `inputShape`".
 * @throws an error that says what to do, if the topology is in the format of Keras 3.
 */
export function checkKerasVersion(topology: object, where: string): void {
  const { keras_version: version = '3' } = topology as { keras_version?: string };
  const text = JSON.stringify(topology);
  const forms = KERAS_3_FORMS.filter((form) => text.includes(`"${form}"`));
  if (forms.length === 0) return;
  throw new Error(
    `${where}: the model was written by Keras ${version}, in a format that TensorFlow.js does not read ` +
      `(${forms.join(', ')}). Write it with Keras 2: \`pip install tf_keras\`, set the environment variable ` +
      'TF_USE_LEGACY_KERAS=1 before tensorflow is imported, build the model with the same code, copy its ' +
      'weights as arrays (get_weights, set_weights), save it, and convert the saved model.',
  );
}
