import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { isPlainObject } from '../topology/plain_object';
import { activationsOf } from '../tfjs/activations';
import { registeredClass } from '../tfjs/registered_classes';
import { checkPaths } from '../topology/check_paths';
import { layerSites, modelSites, type LayerSite } from '../topology/layer_sites';
import { hiddenLayers } from '../topology/hidden_layers';

/**
 * Makes sure that a model can be built again from its config.
 * @throws an error that says what the config cannot express.
 */
export function checkRebuildable(model: LayersModel, where: string): void {
  const refuse = (reason: string): never => {
    throw new Error(`${where}: model "${model.name}" cannot be made anew: ${reason}`);
  };
  if (model.layers.length === 0) refuse('it has no layers.');
  checkPaths(model, where);
  const places = new Map<layers.Layer, string>();
  for (const site of layerSites(model)) {
    checkPlaces(site, places, refuse);
    checkClasses(site, refuse);
    checkHiddenLayers(site, refuse);
  }
  for (const { model: nested, path } of modelSites(model)) {
    if (nested !== model) checkClass(nested, path, refuse);
  }
}

type Refuse = (reason: string) => never;

/** The config would make several layers out of one, and these would then train apart. */
function checkPlaces(site: LayerSite, places: Map<layers.Layer, string>, refuse: Refuse): void {
  const { layer, path } = site;
  const other = places.get(layer);
  places.set(layer, path);
  if (other == null || (layer.weights.length === 0 && other !== path)) return;
  refuse(
    `the layers "${other}" and "${path}" are one layer, which a saved model cannot express. Use the ` +
      'layer, or the model around it, at one place (a functional model may apply it several times).',
  );
}

function checkClasses({ layer, path, applied }: LayerSite, refuse: Refuse): void {
  checkClass(layer, path, refuse);
  checkClass(applied, path, refuse);
  for (const name of [...classesIn(layer.getConfig()), ...activationClasses(layer)]) {
    if (registeredClass(name) != null) continue;
    refuse(`layer "${path}" uses the class "${name}", which is not registered. ${REGISTER}`);
  }
}

const REGISTER = 'Register it with tf.serialization.registerClass.';

function checkClass(layer: layers.Layer, path: string, refuse: Refuse): void {
  const name = layer.getClassName();
  const registered = registeredClass(name);
  if (registered === layer.constructor) return;
  refuse(
    registered == null
      ? `layer "${path}" is of class "${name}", which is not registered. ${REGISTER}`
      : `layer "${path}" is of another class than the one registered as "${name}". Give its class a ` +
          `static className of its own. ${REGISTER}`,
  );
}

/** The classes of initializers, regularizers, constraints and cells. */
function classesIn(config: unknown): string[] {
  if (Array.isArray(config)) return config.flatMap(classesIn);
  if (!isPlainObject(config)) return [];
  const { className, config: inner } = config;
  const own = typeof className === 'string' && isPlainObject(inner) ? [className] : [];
  return [...own, ...Object.values(config).flatMap(classesIn)];
}

/** A config names these classes by strings only. */
function activationClasses(layer: layers.Layer): string[] {
  const activations = [layer, ...hiddenLayers(layer)].flatMap(activationsOf);
  return activations.map((activation) => activation.getClassName());
}

/** Only the weights that a layer reports are copied and saved. */
function checkHiddenLayers({ layer, path }: LayerSite, refuse: Refuse): void {
  const reported = new Set(layer.weights);
  for (const hidden of hiddenLayers(layer)) {
    if (hidden.weights.every((weight) => reported.has(weight))) continue;
    refuse(
      `layer "${path}" of class "${layer.getClassName()}" holds the layer "${hidden.name}" without ` +
        'reporting its weights, so they can be neither copied nor saved. Let its trainableWeights ' +
        'and nonTrainableWeights include them.',
    );
  }
}
