import type { LayersModel } from '@tensorflow/tfjs-layers';
import { number, percent } from '../text/numbers';
import { formatTable } from '../text/table';
import { checkModel } from '../topology/check_model';
import { addUp, summarizeLayers, type LayerSummary, type SummaryTotals } from './layer_summary';

export interface ModelSummary {
  readonly layers: LayerSummary[];
  readonly totals: SummaryTotals;
  /** The summary as a table. */
  toString(): string;
}

/**
 * The sizes of a model's weights: now, deployed, and in float32. `planConversion` shows the sizes that a
 * float model would have as a ternary one.
 *
 * ```js
 * const {totals} = summary(model);
 * totals.float32Bytes / totals.deployedBytes;    // how much smaller the deployed model is
 * console.log(`${summary(model)}`);              // a table
 * ```
 *
 * @throws if `model` is not a LayersModel.
 */
export function summary(model: LayersModel): ModelSummary {
  checkModel(model, 'summary');
  const layers = summarizeLayers(model);
  const totals = addUp(layers);
  const toString = () => formatTable(tableRows(layers, totals)).join('\n');
  return { layers, totals, toString };
}

function tableRows(layers: LayerSummary[], totals: SummaryTotals): string[][] {
  const sizes = (row: SummaryTotals) => [
    number(row.bytes),
    number(row.deployedBytes),
    number(row.float32Bytes),
    number(row.macs.ternary),
    number(row.macs.float32),
  ];
  const header = ['path', 'quantizer', 'kernel', 'bits/weight', 'zeros'];
  header.push('bytes', 'deployed', 'float32', 'ternary MACs', 'float MACs');
  const body = layers.map((row) => [
    row.path,
    row.quantizer ?? row.className,
    JSON.stringify(row.shape),
    row.bitsPerWeight.toFixed(2),
    row.zeros == null ? '' : percent(row.zeros),
    ...sizes(row),
  ]);
  const ratio = (totals.float32Bytes / totals.deployedBytes).toFixed(1);
  const total = [`total (deployed: ${ratio}x smaller)`, '', '', '', '', ...sizes(totals)];
  return [header, ...body, total];
}
