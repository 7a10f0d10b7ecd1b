import { dirname } from 'node:path';
import { modelPlace } from '../io/model_place';

/** Errors about the command line, which name an option, or a quantizer and its option. */
const ARGUMENT =
  /^(tfjs-bitcore|convert: (kernelQuantizer|inputQuantizer|skip|convertOutputs)\b|convert: [\w-]+: )/;

/** The first sentence of what tfjs says about a class, an activation or the like that it does not know. */
const UNKNOWN = /^Unknown (?<kind>[\w ]+): (?<name>.*?)\. This may be due to/s;

/**
 * What `use` gives for the model at `path`.
 * @throws errors with the names of folder and file: those about a layer say what is wrong, but not where.
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
    if (ARGUMENT.test(message) || message.includes(`"${directory}"`)) throw error;
    const text = unknownClass(message) ?? oneLine(message);
    throw new Error(`folder "${directory}": ${file}: ${text}`, { cause: error });
  }
}

/** TensorFlow.js writes some errors as lists. */
export function oneLine(message: string): string {
  return message.replace(/\s*\n\s*/g, ' ');
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
