import { number, percent } from '../text/numbers';
import { formatTable } from '../text/table';
import type { ConversionPlan, PlannedLayer, PlanTotals } from './conversion_plan';

/** A plan as a table, and its verdict. */
export function planText(plan: Omit<ConversionPlan, 'toString'>): string {
  return [...formatTable(tableRows(plan)), verdict(plan.layers, plan.totals)].join('\n');
}

function tableRows({
  layers,
  normalizations,
  totals,
}: Omit<ConversionPlan, 'toString'>): string[][] {
  const header = ['path', 'kernel', 'becomes', 'parameters', 'bytes', 'share', 'deployed'];
  header.push('MACs', 'share');
  const sizes = (row: PlannedLayer | PlanTotals) => [
    number(row.parameters),
    number(row.bytes),
    percent(row.byteShare),
    number(row.deployedBytes),
    number(row.macs),
    percent(row.macShare),
  ];
  const body = layers.map((layer) => [
    layer.path,
    JSON.stringify(layer.shape),
    layer.quantizer ?? `kept: ${layer.reason}`,
    ...sizes(layer),
  ]);
  for (const { path, replacement, reason } of normalizations) {
    const becomes = reason == null ? replacement : `kept: ${reason}`;
    body.push([path, '', becomes, ...header.slice(3).map(() => '')]);
  }
  const { converted, kept, bytes, deployedBytes } = totals;
  const ratio = (bytes / deployedBytes).toFixed(1);
  const total = `model (deployed: ${ratio}x smaller)`;
  return [header, ...body, [total, '', `${converted} ternary, ${kept} kept`, ...sizes(totals)]];
}

/** What `convert` and `deploy` make of the model. */
function verdict(layers: PlannedLayer[], totals: PlanTotals): string {
  if (layers.length === 0) return 'As a ternary model: it has no Dense or Conv2D layer to convert.';
  const isDense = layers.every(({ className }) => !className.includes('Conv'));
  const layer = isDense ? 'Dense layer' : 'layer';
  const { converted, bytes, deployedBytes, byteShare, macShare } = totals;
  if (converted > 0) {
    return (
      `As a ternary model (convert, then deploy): ${number(deployedBytes)} bytes, ` +
      `${(bytes / deployedBytes).toFixed(1)}x smaller; ${converted} of ${layers.length} ${layer}s ` +
      `with ${percent(byteShare)} of the bytes and ${percent(macShare)} of the MACs.`
    );
  }
  const kept = layers.map(
    ({ path, reason, byteShare }) => `${path} (${reason}, ${percent(byteShare)} of the bytes)`,
  );
  return `As a ternary model: convert would keep every ${layer}: ${kept.join(', ')}.`;
}
