import { verify, type Verification } from 'tfjs-bitcore';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { formatTable } from '../text/table';
import { parse, type Outcome } from './command';
import { inputOptions, inputShapes } from './input_sizes';
import { checkInput, loadModel } from './model_files';
import { oneLine } from './naming_file';
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
  const verification = await compare([model, a], [deployed, b], shapes);
  const rows = shapes[0]![0]!;
  const verified = holds(verification);
  const result = { verified, backend, rows, ...verification };
  const where = `on ${rows} random inputs, backend ${backend}.`;
  return { result, lines: table(verification, verified, where), failed: !verified };
}

type Named = [model: LayersModel, path: string];

/** @throws an error that names both models, and the shapes of the inputs if no outputs can be computed for them. */
async function compare(
  [model, a]: Named,
  [deployed, b]: Named,
  shapes: number[][],
): Promise<Verification> {
  try {
    return await verify(model, deployed, randomInputs(model, shapes));
  } catch (error) {
    const { message } = error as Error;
    const where = `(MODEL is ${a}, DEPLOYED is ${b})`;
    if (message.startsWith('verify: ')) throw new Error(`${message} ${where}`, { cause: error });
    const inputs = `inputs of shape ${JSON.stringify(shapes)}`;
    const text = `verify: no outputs for ${inputs}, which --rows and --shape can change: ${oneLine(message)}`;
    throw new Error(`${text} ${where}`, { cause: error });
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
  const word = identical ? 'identical' : verified ? 'within rounding' : 'differ';
  const outputs = ['outputs', word, '', String(maxAbsDiff)];
  const end = verified ? [`Verified ${where}`] : [`NOT verified ${where}`, OTHER_BACKEND];
  return [...formatTable([header, ...body, outputs]), ...end];
}

const OTHER_BACKEND =
  'GPUs make sums in orders of their own: if DEPLOYED was made on webgl or webgpu, the last digit of a scale can ' +
  'differ, so deploy MODEL here.';
