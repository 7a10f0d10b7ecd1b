import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { io } from '@tensorflow/tfjs';

/**
 * Saves to and loads from a folder (model.json and weights.bin) on any backend in Node.
 * tfjs-node has this built in as `file://`; plain tfjs does not.
 */
export function folder(path: string): io.IOHandler {
  return {
    async save({ weightSpecs, weightData, ...rest }) {
      const weights = new Uint8Array(io.CompositeArrayBuffer.join(weightData));
      const model = {
        ...rest,
        weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
      };
      await mkdir(path, { recursive: true });
      await writeFile(join(path, 'weights.bin'), weights);
      await writeFile(join(path, 'model.json'), JSON.stringify(model));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    },
    async load() {
      const model = JSON.parse(await readFile(join(path, 'model.json'), 'utf8')) as io.ModelJSON;
      const weights = await readFile(join(path, 'weights.bin'));
      return io.getModelArtifactsForJSON(model, async ([group]) => [
        group!.weights,
        new Uint8Array(weights).buffer,
      ]);
    },
  };
}
