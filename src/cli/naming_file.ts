import { dirname } from 'node:path';
import { modelPlace } from '../io/model_place';

/** Errors of this package say which argument or layer is wrong. */
const OWN = /^(tfjs-bitcore|convert|planConversion|deploy|summary|verify|[A-Z]\w+ layer ".*"): /;

/** The first sentence of what tfjs says about a class, an activation or the like that it does not know. */
const UNKNOWN = /^Unknown (?<kind>[\w ]+): (?<name>.*?)\. This may be due to/s;

/**
 * What `use` gives for the model at `path`.
 * @throws the errors of this package as they are, and those of TensorFlow.js with the names of folder and file:
 * they say what is wrong, but not where.
 */
export async function namingFile<Result>(
  path: string,
  use: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await use();
  } catch (error) {
    const { directory, file } = modelPlace(path);
    const { message } = error as Error;
    if (OWN.test(message) || message.includes(`"${directory}"`)) throw error;
    const text = unknownClass(message) ?? message.replace(/\s*\n\s*/g, ' ');
    throw new Error(`folder "${directory}": ${file}: ${text}`, { cause: error });
  }
}

function unknownClass(message: string): string | undefined {
  const { kind, name } = UNKNOWN.exec(message)?.groups ?? {};
  if (kind == null) return undefined;
  const copy = dirname(require.resolve('@tensorflow/tfjs-core/package.json'));
  return (
    `the ${kind} "${name}" is unknown. If your code has its class, --import FILE runs a file that registers it ` +
    `with tf.serialization.registerClass of the TensorFlow.js that the command uses (${copy}).`
  );
}
