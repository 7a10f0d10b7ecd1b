import type { io } from '@tensorflow/tfjs-core';
import { argumentError } from '../errors';

/**
 * Files that converters of 2018 and 2019 wrote do not name their format. Those with the topology of a graph
 * model have a list of nodes in it; `tf.loadLayersModel` fails there with an error about class names.
 * @throws if the content of the JSON file of a model does not describe a layers model.
 */
export function checkModelFormat(
  content: unknown,
  file: string,
  where: string,
): asserts content is io.ModelJSON {
  const model = content as Partial<io.ModelJSON> | null;
  const format = model?.format ?? formatOf(model?.modelTopology);
  if (format === 'layers-model') return;
  throw argumentError(where, file, 'of format "layers-model"', format);
}

/** The format that a topology shows where the file does not name it. */
function formatOf(topology: unknown): string | undefined {
  if (topology == null || typeof topology !== 'object') return undefined;
  return 'node' in topology ? 'graph-model' : 'layers-model';
}
