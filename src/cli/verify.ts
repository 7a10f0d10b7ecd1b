import { verify, type Verification } from 'tfjs-bitcore';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { formatTable } from '../text/table';
import { parse, type Outcome } from './command';
import { inputOptions, inputShapes } from './input_sizes';
import { checkInput, loadModel } from './model_files';
import { namingFile } from './naming_file';
import { randomInputs } from './random_inputs';
import { start } from './start';

export async function run(args: string[]): Promise<Outcome> {
  const { paths, values } = parse(args, ['MODEL', 'DEPLOYED'], {
    rows: { type: 'string' },
    shape: { type: 'string', multiple: true },
  });
  const [a, b] = paths as [string, string];
  const options = inputOptions(values.rows, values.shape);
  checkInput('MODEL', a);
  checkInput('DEPLOYED', b);
  const backend = await start(values.import);
  const [model, deployed] = [await loadModel(a), await loadModel(b)];
  const shapes = inputShapes(model, a, options);
  const verification = await namingFile(a, () => compare(model, deployed, shapes));
  const rows = shapes[0]![0]!;
  const verified = holds(verification);
  const result = { verified, backend, rows, ...verification };
  const where = `on ${rows} random inputs, backend ${backend}.`;
  return { result, lines: table(verification, verified, where), failed: !verified };
}

/** @throws an error that names the shapes of the inputs, if TensorFlow.js cannot compute the outputs for them. */
async function compare(
  model: LayersModel,
  deployed: LayersModel,
  shapes: number[][],
): Promise<Verification> {
  try {
    return await verify(model, deployed, randomInputs(model, shapes));
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith('verify: ')) throw error;
    const text = `no outputs for inputs of shape ${JSON.stringify(shapes)}: ${message}`;
    throw new Error(`${text} (--rows and --shape give other inputs)`, { cause: error });
  }
}

/** Outputs must be identical unless the promise of a layer allows a small difference. */
function holds({ identical, layers }: Verification): boolean {
  const exact = layers.every(({ promise }) => promise === 'identical');
  return layers.every(({ kept }) => kept) && (identical || !exact);
}

function table(verification: Verification, verified: boolean, where: string): string[] {
  const { layers, identical, maxAbsDiff } = verification;
  const header = ['path', 'promise', 'kept', 'largest difference'];
  const body = layers.map((layer) => {
    const answer = layer.kept ? 'yes' : 'NO';
    return [layer.path, layer.promise, answer, String(layer.maxAbsDiff)];
  });
  const outputs = ['outputs', identical ? 'identical' : 'differ', '', String(maxAbsDiff)];
  const end = verified ? [`Verified ${where}`] : [`NOT verified ${where}`, OTHER_BACKEND];
  return [...formatTable([header, ...body, outputs]), ...end];
}

const OTHER_BACKEND =
  'A scale is a sum, whose last digit depends on the backend: if DEPLOYED was made on another one, deploy MODEL here.';
