import { planConversion, summary, type ConversionPlan, type ModelSummary } from 'tfjs-bitcore';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { parse, type Outcome } from './command';
import { checkInput, loadModel } from './model_files';
import { namingFile } from './naming_file';
import { start } from './start';

export async function run(args: string[]): Promise<Outcome> {
  const { paths, values } = parse(args, ['MODEL'], {});
  const [path] = paths as [string];
  checkInput('MODEL', path);
  await start(values.import);
  const model = await loadModel(path);
  const { result, lines } = await namingFile(path, () => summarized(model));
  const { plan, text } = isFloat(result) ? planned(model) : { plan: null, text: [] };
  return { result: { ...result, plan }, lines: [...lines, ...text] };
}

/** The sizes of a model, and their table. */
export function summarized(model: LayersModel): { result: ModelSummary; lines: string[] } {
  const result = summary(model);
  return { result, lines: [result.toString()] };
}

/** Whether `convert` can be run next: there are layers that it takes, and no layer is ternary. */
function isFloat({ layers }: ModelSummary): boolean {
  const isTernary = layers.some(({ quantizer }) => quantizer != null);
  return !isTernary && layers.some(({ className }) => ['Dense', 'Conv2D'].includes(className));
}

/** The summary is printed even if the model cannot be converted. */
function planned(model: LayersModel): { plan: ConversionPlan | null; text: string[] } {
  try {
    const plan = planConversion(model);
    return { plan, text: ['', plan.toString()] };
  } catch (error) {
    return { plan: null, text: ['', `As a ternary model: ${(error as Error).message}`] };
  }
}
