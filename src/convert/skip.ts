import type { LayersModel } from '@tensorflow/tfjs-layers';
import { argumentError } from '../errors';
import { layerSites, type LayerSite } from '../topology/layer_sites';
import { listing } from '../text/listing';
import type { ConvertOptions } from './options';

/** Says whether a layer is kept. */
export type SkipRule = (site: Pick<LayerSite, 'layer' | 'path'>) => boolean;

/** @throws if a name or path matches no layer of the model. */
export function skipRule(
  model: LayersModel,
  skip: ConvertOptions['skip'],
  where: string,
): SkipRule {
  if (typeof skip === 'function') return ({ layer, path }) => skip(layer, path);
  const patterns = skip == null ? [] : [skip].flat();
  const sites = [...layerSites(model)];
  for (const pattern of patterns) {
    if (sites.some((site) => meets(site, pattern))) continue;
    const paths = new Set(sites.map(({ path }) => `"${path}"`));
    const expected = `names or paths of layers of model "${model.name}" (${listing([...paths])})`;
    throw argumentError(where, 'skip', expected, pattern);
  }
  return (site) => patterns.some((pattern) => meets(site, pattern));
}

/** The pattern may name the layer, its path, or the path of a model or wrapper around it. */
function meets({ layer, path }: Pick<LayerSite, 'layer' | 'path'>, pattern: string): boolean {
  const text = pattern.split('*').map(escaped).join('.*');
  const expression = new RegExp(`^(?:${text})$`, 's');
  const steps = path.split('/');
  const around = steps.map((_, i) => steps.slice(0, i + 1).join('/'));
  return [layer.name, ...around].some((name) => expression.test(name));
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
