import type { LayersModel } from '@tensorflow/tfjs-layers';
import { Dense } from '../tfjs/dense';
import { checkOptionNames } from '../options/option_names';
import { planConversion, type ConversionPlan, type PlanTotals } from '../convert/plan';
import { addUp, summarizeLayers, type LayerSummary, type Totals } from './layer_summary';
import { bitLinearSites } from '../topology/bit_linear_sites';
import { checkModel } from '../topology/check_model';
import { layerSites } from '../topology/layer_sites';
import { formatTable } from '../text/table';

export interface ModelSummary {
  readonly layers: LayerSummary[];
  readonly totals: Totals;
  /**
   * What `convert` and `deploy` would make of a model that has Dense layers and none of them ternary;
   * null for other models, and for those that cannot be converted.
   */
  readonly asTernary: PlanTotals | null;
}

/**
 * Prints and returns what the weights of a model take: now, deployed, and in float32; and for a float
 * model what it would take as a ternary one.
 *
 * ```js
 * const {totals} = summary(model);
 * totals.float32Bytes / totals.deployedBytes;    // how much smaller the deployed model is
 * ```
 *
 * @param options `print` receives the table, line by line. Default: `console.log`.
 */
export function summary(
  model: LayersModel,
  options: { print?: (line: string) => void } = {},
): ModelSummary {
  checkModel(model, 'summary');
  checkOptionNames('summary', 'options', options, ['print']);
  const { print = console.log } = options;
  const layers = summarizeLayers(model);
  const totals = addUp(layers);
  for (const line of formatTable(tableRows(layers, totals))) print(line);
  const isFloat = [...layerSites(model)].some(({ layer }) => layer instanceof Dense);
  const asTernary = isFloat && bitLinearSites(model).length === 0 ? plan(model, print) : null;
  return { layers, totals, asTernary };
}

function plan(model: LayersModel, print: (line: string) => void): PlanTotals | null {
  try {
    const plan = planConversion(model);
    print(verdict(plan));
    return plan.totals;
  } catch (error) {
    print(`As a ternary model: ${(error as Error).message}`);
    return null;
  }
}

function verdict({ layers, totals }: ConversionPlan): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const { converted, bytes, deployedBytes, byteShare, macShare } = totals;
  if (converted > 0) {
    return (
      `As a ternary model (convert, then deploy): ${deployedBytes.toLocaleString('en-US')} bytes, ` +
      `${(bytes / deployedBytes).toFixed(1)}x smaller; ${converted} of ${layers.length} Dense layers ` +
      `with ${percent(byteShare)} of the bytes and ${percent(macShare)} of the MACs.`
    );
  }
  const kept = layers.map(
    ({ path, reason, byteShare }) => `${path} (${reason}, ${percent(byteShare)} of the bytes)`,
  );
  return `As a ternary model: convert would keep every Dense layer: ${kept.join(', ')}.`;
}

function tableRows(layers: LayerSummary[], totals: Totals): string[][] {
  const number = (value: number) => value.toLocaleString('en-US');
  const sizes = (row: Totals) => [
    number(row.bytes),
    number(row.deployedBytes),
    number(row.float32Bytes),
    number(row.macs.ternary),
    number(row.macs.float32),
  ];
  const header = ['layer', 'quantizer', 'kernel', 'bits/weight', 'zeros'];
  header.push('bytes', 'deployed', 'float32', 'ternary MACs', 'float MACs');
  const body = layers.map((row) => [
    row.name,
    row.quantizer ?? row.className,
    JSON.stringify(row.shape),
    row.bitsPerWeight.toFixed(2),
    row.zeros == null ? '' : `${(100 * row.zeros).toFixed(1)} %`,
    ...sizes(row),
  ]);
  const ratio = (totals.float32Bytes / totals.deployedBytes).toFixed(1);
  const total = [`total (deployed: ${ratio}x smaller)`, '', '', '', '', ...sizes(totals)];
  return [header, ...body, total];
}
