import type { LayersModel, layers, Shape } from '@tensorflow/tfjs-layers';
import { BatchNorm } from '../layers/batch_norm';
import { LayerNorm } from '../layers/layer_norm';
import { BatchNormalization } from '../tfjs/batch_normalization';
import { inputShape } from '../tfjs/layer_nodes';
import { LayerNormalization } from '../tfjs/layer_normalization';
import { innermostInputShape } from '../tfjs/wrapped_layer';
import { layerSites, type LayerSite } from '../topology/layer_sites';
import { hiddenSites } from './hidden_sites';
import type { ConvertOptions } from './options';
import type { SkipRule } from './skip';

/** What `convert` does with one normalization. */
export interface NormalizationDecision {
  readonly site: LayerSite;
  /** The class that takes its place. */
  readonly replacement: string;
  /** Why it is kept; null if it is replaced. */
  readonly reason: string | null;
}

/** A class of tfjs whose layers one of this package can replace: it has the same config and weights. */
interface ReplaceableClass {
  readonly stock: typeof layers.Layer & { readonly className: string };
  readonly ours: typeof layers.Layer & { readonly className: string };
}

/** Their layers have an `axis` or a list of them. */
const REPLACEABLE: readonly ReplaceableClass[] = [
  { stock: LayerNormalization, ours: LayerNorm },
  { stock: BatchNormalization, ours: BatchNorm },
];

/** One decision for each normalization, including those inside other layers. */
export function decideNormalizations(
  model: LayersModel,
  { keepNormalizations }: Pick<ConvertOptions, 'keepNormalizations'>,
  isSkipped: SkipRule,
): NormalizationDecision[] {
  const sites = [...layerSites(model)];
  return REPLACEABLE.flatMap((classes) => {
    const replacement = classes.ours.className;
    const decideOne = (site: LayerSite): NormalizationDecision => {
      const refusal = whyKept(site, classes) ?? (isSkipped(site) ? 'skipped' : null);
      const reason = refusal ?? (keepNormalizations ? 'keepNormalizations is true' : null);
      return { site, replacement, reason };
    };
    return sites.flatMap((site) => [
      ...(site.layer instanceof classes.stock ? [decideOne(site)] : []),
      ...hiddenSites(site, classes.stock).map((hidden) => ({ ...hidden, replacement })),
    ]);
  });
}

/** The class that `convert` puts in the place of a layer; undefined where that stays. */
export function replacementOf(site: LayerSite): string | undefined {
  const classes = REPLACEABLE.find(({ stock }) => site.layer instanceof stock);
  return classes == null || whyKept(site, classes) != null ? undefined : classes.ours.className;
}

/** Why a layer of this package cannot stand in the place of a normalization, or does so already; null if it can. */
function whyKept(site: LayerSite, { stock, ours }: ReplaceableClass): string | null {
  const { layer } = site;
  const { className } = ours;
  if (layer.constructor === ours) return `a ${className} already`;
  if (layer.constructor !== stock) {
    return `its class ${layer.getClassName()} extends ${stock.className}`;
  }
  const { axis } = layer as layers.Layer & { readonly axis: number | number[] };
  const shapes = site.nodes.map((node) => innermostInputShape(site.applied, inputShape(node)));
  const other = shapes.find((shape) => !isLastAxis([axis].flat(), shape));
  if (other == null) return null;
  const axes = JSON.stringify([axis].flat());
  return `it normalizes axes ${axes} of ${JSON.stringify(other)}: ${className} needs the last alone, of known size`;
}

function isLastAxis(axes: number[], shape: Shape): boolean {
  const last = shape.length - 1;
  const isLast = axes.length === 1 && [-1, last].includes(axes[0]!);
  return last > 0 && isLast && shape[last] != null;
}
