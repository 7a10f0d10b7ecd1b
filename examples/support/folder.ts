import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { io } from '@tensorflow/tfjs';

/**
 * Saves to and loads from a folder (model.json and its files of weights) on any backend in Node.
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
      return io.getModelArtifactsForJSON(await readModel(path), async (groups) => {
        const files = groups.flatMap(({ paths }) => paths);
        const weights = await Promise.all(files.map((file) => readFile(join(path, file))));
        const specs = groups.flatMap(({ weights }) => weights);
        return [specs, new Uint8Array(Buffer.concat(weights)).buffer];
      });
    },
  };
}

async function readModel(path: string): Promise<io.ModelJSON> {
  const model = JSON.parse(await readFile(join(path, 'model.json'), 'utf8')) as io.ModelJSON;
  if (model.format === 'layers-model' && model.weightsManifest != null) return model;
  throw new Error(`model.json must be of format "layers-model", got "${model.format}".`);
}
