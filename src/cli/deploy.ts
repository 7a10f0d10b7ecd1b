import { deploy } from 'tfjs-bitcore';
import { parse, type Outcome } from './command';
import { checkInput, checkOutput, loadModel, saveModel } from './model_files';
import { namingFile } from './naming_file';
import { start } from './start';
import { summarized } from './summary';

export async function run(args: string[]): Promise<Outcome> {
  const { paths, values } = parse(args, ['MODEL', 'OUT_DIR'], { fold: { type: 'boolean' } });
  const [from, to] = paths as [string, string];
  checkInput('MODEL', from);
  checkOutput(from, to);
  await start(values.import);
  const model = await loadModel(from);
  const deployed = await namingFile(from, () => deploy(model, { fold: values.fold ?? false }));
  const { result, lines } = summarized(deployed);
  await saveModel(deployed, to);
  return { result, lines: [...lines, `Saved in ${to}.`] };
}
