import { argumentError } from '../errors';
import { registeredClass } from '../tfjs/registered_classes';
import { isPlainObject } from '../topology/plain_object';

/** One call of a layer: its inputs, as the name of a layer, and the number of that layer's own call. */
type Call = unknown[][];

interface Entry {
  readonly name: string;
  readonly className: unknown;
  readonly calls: Call[];
  /** An InputLayer and a model inside a model have an output before they are called. */
  readonly hasOutput: boolean;
}

/**
 * TensorFlow.js waits for ever for an input that no layer gives: it tries the calls of all layers again and again
 * until each has its inputs.
 * @throws an error that names the layer, if a model in the topology has such an input, or two layers of one name.
 */
export function checkLayerInputs(topology: object, file: string, where: string): void {
  for (const layers of layerLists(topology)) {
    const entries = layers.map((layer) => entryOf(layer, file, where));
    const names = entries.map(({ name }) => name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice != null) {
      throw argumentError(where, `the name of a layer in ${file}`, 'used once', twice);
    }
    const waiting = firstWaiting(entries);
    if (waiting == null) continue;
    const { name, className, call } = waiting;
    const layer = `the inputs of layer "${name}" (${String(className)}) in ${file}`;
    throw argumentError(where, layer, 'outputs of other layers of the model', call);
  }
}

/** The layers of each functional model: those of a Sequential say nothing of their inputs. */
function layerLists(value: unknown): Array<Array<Record<string, unknown>>> {
  if (Array.isArray(value)) return value.flatMap(layerLists);
  if (!isPlainObject(value)) return [];
  const inner = Object.values(value).flatMap(layerLists);
  const { layers } = value;
  if (!Array.isArray(layers) || !layers.every(isPlainObject)) return inner;
  return layers.some((layer) => callsOf(layer) != null) ? [layers, ...inner] : inner;
}

/** In the form of Python and in that of JavaScript, as TensorFlow.js reads both. */
function callsOf(layer: Record<string, unknown>): unknown {
  return layer['inbound_nodes'] ?? layer['inboundNodes'];
}

function entryOf(layer: Record<string, unknown>, file: string, where: string): Entry {
  const { name, config } = layer;
  const className = layer['class_name'] ?? layer['className'];
  const calls = callsOf(layer) ?? [];
  const areCalls = Array.isArray(calls) && calls.every((call) => isCall(call));
  if (!areCalls) {
    const argument = `inbound_nodes of layer "${String(name)}" (${String(className)}) in ${file}`;
    throw argumentError(where, argument, 'lists of [layer, node, tensor]', calls);
  }
  const hasOutput = className === 'InputLayer' || isModel(className, config);
  return { name: String(name), className, calls, hasOutput };
}

/** Other layers hold layers too, such as MultiHeadAttention. */
function isModel(className: unknown, config: unknown): boolean {
  if (!isPlainObject(config) || !('layers' in config)) return false;
  const known = registeredClass(String(className)) as { prototype: object } | undefined;
  return known == null || 'predict' in known.prototype;
}

function isCall(call: unknown): call is Call {
  return Array.isArray(call) && call.every((input) => Array.isArray(input));
}

/** Tries the calls as TensorFlow.js does. @returns the first one that never gets its inputs. */
function firstWaiting(
  entries: Entry[],
): { name: string; className: unknown; call: Call } | undefined {
  const outputs = new Map(entries.map(({ name, hasOutput }) => [name, hasOutput ? 1 : 0]));
  const isThere = ([layer, node]: unknown[]) => (outputs.get(String(layer)) ?? 0) > Number(node);
  let waiting = entries.flatMap(({ name, className, calls }) =>
    calls.map((call) => ({ name, className, call })),
  );
  for (let before = Infinity; waiting.length < before;) {
    before = waiting.length;
    waiting = waiting.filter(({ name, call }) => {
      if (!call.every(isThere)) return true;
      if (call.length > 0) outputs.set(name, outputs.get(name)! + 1);
      return false;
    });
  }
  return waiting[0];
}
