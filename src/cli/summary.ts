import { summary, type ModelSummary } from 'tfjs-bitcore';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { startBackend } from './backend';
import { parse, type Outcome } from './command';
import { checkInput, loadModel } from './model_folders';

export async function run(args: string[]): Promise<Outcome> {
  const [path] = parse(args, ['DIR'], {}).folders as [string];
  checkInput('DIR', path);
  await startBackend();
  return summarized(await loadModel(path));
}

/** The table of a model, and its figures. */
export function summarized(model: LayersModel): { result: ModelSummary; lines: string[] } {
  const lines: string[] = [];
  const result = summary(model, { print: (line) => lines.push(line) });
  return { result, lines };
}
