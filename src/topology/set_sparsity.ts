import type { LayersModel } from '@tensorflow/tfjs-layers';
import { SparsityGate } from '../layers/sparsity_gate/layer';
import { checkSparsity } from '../layers/sparsity_gate/options';
import { checkModel } from './check_model';
import { layerSites } from './layer_sites';

/**
 * Sets the sparsity of every `sparsityGate` of a model, trained or deployed, including nested models and wrappers. It
 * has effect from the next prediction or step on; a compiled model stays compiled. The model is saved with it.
 *
 * ```js
 * const net = tf.sequential();
 * net.add(sparsityGate({inputShape: [16]}));
 * net.add(bitLinear({units: 8}));
 * const deployed = deploy(net);
 * setSparsity(deployed, 0.4); // `net` keeps its own
 * deployed.layers[0].sparsity; // 0.4
 * ```
 *
 * @param sparsity the share of entries that become 0, at least 0 and below 1.
 * @throws if `model` is not a LayersModel or has no gate, or if `sparsity` is out of range. In these cases nothing has
 * changed.
 */
export function setSparsity(model: LayersModel, sparsity: number): void {
  checkModel(model, 'setSparsity');
  checkSparsity(sparsity, 'setSparsity');
  for (const gate of sparsityGates(model, 'setSparsity')) gate.sparsity = sparsity;
}

/**
 * The gates of a model.
 * @throws an error that names `where` if there is none.
 */
export function sparsityGates(model: LayersModel, where: string): SparsityGate[] {
  const layers = [...layerSites(model)].map(({ layer }) => layer);
  const gates = layers.filter((layer) => layer instanceof SparsityGate);
  if (gates.length > 0) return gates;
  throw new Error(`${where}: the model has no sparsityGate. Put one before each layer to gate.`);
}
