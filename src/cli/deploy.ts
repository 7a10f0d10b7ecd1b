import { deploy } from 'tfjs-bitcore';
import { startBackend } from './backend';
import { parse, type Outcome } from './command';
import { checkFolders, loadModel, saveModel } from './model_folders';
import { summarized } from './summary';

export async function run(args: string[]): Promise<Outcome> {
  const [from, to] = parse(args, ['IN_DIR', 'OUT_DIR'], {}).folders as [string, string];
  checkFolders(from, to);
  await startBackend();
  const deployed = deploy(await loadModel(from));
  const { result, lines } = summarized(deployed);
  await saveModel(deployed, to);
  return { result, lines: [...lines, `Saved in ${to}.`] };
}
