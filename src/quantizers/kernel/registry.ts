import { argumentError } from '../../errors';
import { bitnet } from './bitnet';
import type { KernelQuantizerConfig, RegisteredQuantizerConfig } from './config';
import type { KernelQuantizer } from './kernel_quantizer';
import { lsq } from './lsq';
import { paretoq } from './paretoq';
import { twn } from './twn';

/** Makes a quantizer from the options given to the layer or saved with it. */
export type KernelQuantizerFactory<Options extends object = object> = (
  options: Options,
) => KernelQuantizer;

const factories = new Map<string, KernelQuantizerFactory>([
  ['bitnet', bitnet],
  ['twn', twn],
  ['lsq', lsq],
  ['paretoq', paretoq],
]);

/** The kernel quantizers by name. Read-only: `registerQuantizer` adds to it. */
export const quantizers: ReadonlyMap<string, KernelQuantizerFactory> = factories;

/**
 * Adds a kernel quantizer. Layers, also saved ones, can then use it by its name.
 *
 * ```js
 * // Every weight keeps its sign; the scale is mean|W|.
 * registerQuantizer('signOnly', () => ({
 *   name: 'signOnly',
 *   options: {},
 *   quantize: (kernel, {eps}) => ({
 *     ternary: tf.sign(kernel),
 *     scale: tf.maximum(tf.reshape(tf.mean(tf.abs(kernel)), [1]), eps),
 *   }),
 * }));
 * const layer = bitLinear({units: 8, kernelQuantizer: 'signOnly'});
 * ```
 *
 * @returns a function that makes the config of the rule from its options: `kernelQuantizer: rule({...})`
 * does the same as `{name, ...options}`, in a form that TypeScript accepts.
 * @throws if the name is empty or taken, or `factory` is not a function.
 */
export function registerQuantizer<Options extends object>(
  name: string,
  factory: KernelQuantizerFactory<Options>,
): (options?: Options) => RegisteredQuantizerConfig {
  if (typeof name !== 'string' || name === '') {
    throw argumentError('registerQuantizer', 'name', 'a non-empty string', name);
  }
  if (factories.has(name)) {
    throw argumentError(
      'registerQuantizer',
      'name',
      `none of ${knownNames()}, which are taken`,
      name,
    );
  }
  if (typeof factory !== 'function') {
    throw argumentError('registerQuantizer', 'factory', 'a function', factory);
  }
  factories.set(name, factory as KernelQuantizerFactory);
  return (options) => ({ name, ...options }) as unknown as RegisteredQuantizerConfig;
}

/**
 * The quantizer that a name or config stands for.
 * @throws an error that names `where` if the quantizer or one of its options is unknown.
 */
export function createQuantizer(
  identifier: string | KernelQuantizerConfig,
  where: string,
): KernelQuantizer {
  const { name, ...options }: { name: string } =
    typeof identifier === 'object' ? identifier : { name: identifier };
  const factory = factories.get(name);
  if (factory == null) {
    const expected = `one of ${knownNames()}, or one added before by registerQuantizer`;
    throw argumentError(where, 'kernelQuantizer', expected, name);
  }
  const quantizer = makeRule(factory, options, where);
  checkRule(quantizer, name, where);
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const argument = `kernelQuantizer option "${option}"`;
    if (typeof value !== 'number' && typeof value !== 'boolean') {
      throw argumentError(where, argument, 'a number or a boolean', value);
    }
    if (typeof value === typeof quantizer.options[option]) continue;
    const expected = `an option of ${name}, as in ${JSON.stringify(quantizer.options)}`;
    throw argumentError(where, argument, expected, value);
  }
  return quantizer;
}

/** A rule that refuses an option knows its own name, but not the layer. */
function makeRule(
  factory: KernelQuantizerFactory,
  options: object,
  where: string,
): KernelQuantizer {
  try {
    return factory(options);
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
  }
}

/** A saved model finds its rule by its name, and an optimizer trains a learned scale by its gradient. */
function checkRule(quantizer: KernelQuantizer, name: string, where: string): void {
  if (quantizer.name !== name) {
    const expected = `"${name}", as registered`;
    throw argumentError(where, 'name of the kernelQuantizer', expected, quantizer.name);
  }
  if (quantizer.initialAlpha != null && quantizer.gradient == null) {
    const argument = `gradient of kernelQuantizer "${name}"`;
    throw argumentError(where, argument, 'a function, as its scale is learned', undefined);
  }
}

export function quantizerConfig(quantizer: KernelQuantizer): KernelQuantizerConfig {
  return { name: quantizer.name, ...quantizer.options } as KernelQuantizerConfig;
}

/**
 * A config with all options of its rule. That of a rule which is not registered stays as it is.
 * @throws an error that names `where` if an option is wrong.
 */
export function withDefaults(config: KernelQuantizerConfig, where: string): KernelQuantizerConfig {
  return factories.has(config.name) ? quantizerConfig(createQuantizer(config, where)) : config;
}

function knownNames(): string {
  return JSON.stringify([...factories.keys()]);
}
