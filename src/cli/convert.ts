import {
  convert,
  planConversion,
  type ConvertOptions,
  type KernelQuantizerConfig,
} from 'tfjs-bitcore';
import { startBackend } from './backend';
import { parse, type Outcome } from './command';
import { checkFolders, loadModel, saveModel } from './model_folders';

export async function run(args: string[]): Promise<Outcome> {
  const { folders, values } = parse(args, ['IN_DIR', 'OUT_DIR'], {
    quantizer: { type: 'string' },
    'input-quantizer': { type: 'string' },
    skip: { type: 'string', multiple: true },
    'convert-outputs': { type: 'boolean' },
    'keep-normalizations': { type: 'boolean' },
  });
  const [from, to] = folders as [string, string];
  checkFolders(from, to);
  await startBackend();
  const model = await loadModel(from);
  const options = {
    kernelQuantizer: values.quantizer == null ? undefined : quantizerFrom(values.quantizer),
    inputQuantizer: values['input-quantizer'],
    skip: values.skip,
    convertOutputs: values['convert-outputs'],
    keepNormalizations: values['keep-normalizations'],
  } as ConvertOptions;
  const converted = convert(model, options); // before the plan, as errors name the function that was called
  const plan = planConversion(model, options);
  if (plan.totals.converted === 0) {
    throw new Error(`convert: no layer would become ternary.\n${plan.toString()}`);
  }
  await saveModel(converted, to);
  return { result: plan, lines: [plan.toString(), `Saved in ${to}.`] };
}

/** A name, or `{"name": ..., ...options}`. */
function quantizerFrom(text: string): string | KernelQuantizerConfig {
  if (!text.startsWith('{')) return text;
  try {
    return JSON.parse(text) as KernelQuantizerConfig;
  } catch (error) {
    throw new Error(`--quantizer ${text} is not JSON: ${(error as Error).message}`);
  }
}
