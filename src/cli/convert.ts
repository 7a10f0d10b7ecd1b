import {
  convert,
  planConversion,
  type ConvertOptions,
  type KernelQuantizerConfig,
} from 'tfjs-bitcore';
import { parse, type Outcome } from './command';
import { checkInput, checkOutput, loadModel, saveModel } from './model_files';
import { namingFile } from './naming_file';
import { start } from './start';

export async function run(args: string[]): Promise<Outcome> {
  const { paths, values } = parse(args, ['MODEL', 'OUT_DIR'], {
    quantizer: { type: 'string' },
    'input-quantizer': { type: 'string' },
    skip: { type: 'string', multiple: true },
    'convert-outputs': { type: 'boolean' },
    'keep-normalizations': { type: 'boolean' },
  });
  const [from, to] = paths as [string, string];
  const options = {
    kernelQuantizer: values.quantizer == null ? undefined : quantizerFrom(values.quantizer),
    inputQuantizer: values['input-quantizer'],
    skip: values.skip,
    convertOutputs: values['convert-outputs'],
    keepNormalizations: values['keep-normalizations'],
  } as ConvertOptions;
  checkInput('MODEL', from);
  checkOutput(from, to);
  await start(values.import);
  const model = await loadModel(from);
  // Before the plan, as errors name the function that was called.
  const converted = await namingFile(from, () => convert(model, options));
  const plan = planConversion(model, options);
  if (plan.totals.converted === 0 && !plan.normalizations.some(({ converted: is }) => is)) {
    throw new Error(`convert: no layer would change.\n${plan.toString()}`);
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
