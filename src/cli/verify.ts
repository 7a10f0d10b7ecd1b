import { verify, type Verification } from 'tfjs-bitcore';
import { startBackend } from './backend';
import { parse, type Outcome } from './command';
import { checkInput, loadModel } from './model_folders';
import { randomInputs, ROWS } from './random_inputs';
import { formatTable } from '../text/table';

export async function run(args: string[]): Promise<Outcome> {
  const [a, b] = parse(args, ['A_DIR', 'B_DIR'], {}).folders as [string, string];
  checkInput('A_DIR', a);
  checkInput('B_DIR', b);
  const backend = await startBackend();
  const [model, deployed] = [await loadModel(a), await loadModel(b)];
  const verification = await verify(model, deployed, randomInputs(model));
  const verified = holds(verification);
  const result = { verified, backend, rows: ROWS, ...verification };
  return { result, lines: table(verification, verified, backend), failed: !verified };
}

/** Outputs must be identical unless the promise of a layer allows a small difference. */
function holds({ identical, layers }: Verification): boolean {
  const exact = layers.every(({ promise }) => promise === 'identical');
  return layers.every(({ kept }) => kept) && (identical || !exact);
}

function table(verification: Verification, verified: boolean, backend: string): string[] {
  const { layers, identical, maxAbsDiff } = verification;
  const header = ['path', 'promise', 'kept', 'largest difference'];
  const body = layers.map((layer) => {
    const answer = layer.kept ? 'yes' : 'NO';
    return [layer.path, layer.promise, answer, String(layer.maxAbsDiff)];
  });
  const outputs = ['outputs', identical ? 'identical' : 'differ', '', String(maxAbsDiff)];
  const where = `on ${ROWS} random inputs, backend ${backend}.`;
  const end = verified ? [`Verified ${where}`] : [`NOT verified ${where}`, OTHER_BACKEND];
  return [...formatTable([header, ...body, outputs]), ...end];
}

const OTHER_BACKEND =
  'GPUs make sums in orders of their own: if B was deployed on webgl or webgpu, the last digit of a scale can ' +
  'differ, so deploy it here.';
