import {
  knownOptions,
  readOptions,
  type OptionTable,
  type Resolved,
} from '../options/option_table';
import { labelOf } from './layer_label';

interface LayerClass {
  readonly className: string;
}

/**
 * Reads the options of a layer's constructor. A subclass may have options of its own, so only the names of
 * the class itself are checked.
 *
 * @param target `new.target` in that constructor.
 * @throws an error that names the layer and the first option that is unknown or wrong.
 */
export function readLayerOptions<Options extends object, Table extends OptionTable<Options>>(
  layerClass: LayerClass,
  target: LayerClass,
  options: Options,
  table: Table,
): Resolved<Options, Table> {
  const { name } = (options as { name?: unknown } | undefined) ?? {};
  const checked = target === layerClass ? options : knownOptions(options, table);
  return readOptions(labelOf(layerClass.className, name), checked, table);
}
