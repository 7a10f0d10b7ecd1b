import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { io } from '@tensorflow/tfjs';

/**
 * Saves to and loads from a folder (model.json and its files of weights) on any backend in Node.
 * tfjs-node has this built in as `file://`; plain tfjs does not.
 */
export function folder(path: string): io.IOHandler {
  return {
    async save({ modelTopology, weightSpecs, weightData }) {
      const weights = new Uint8Array(io.CompositeArrayBuffer.join(weightData));
      const manifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      await mkdir(path, { recursive: true });
      await writeFile(join(path, 'weights.bin'), weights);
      const model = { format: 'layers-model', modelTopology, weightsManifest: manifest };
      await writeFile(join(path, 'model.json'), JSON.stringify(model));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    },
    async load() {
      const { modelTopology, weightsManifest } = await readModel(path);
      const files = weightsManifest.flatMap(({ paths }) => paths);
      const weights = await Promise.all(files.map((file) => readFile(join(path, file))));
      return {
        modelTopology,
        weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
        weightData: new Uint8Array(Buffer.concat(weights)).buffer,
      };
    },
  };
}

async function readModel(path: string): Promise<io.ModelJSON> {
  const model = JSON.parse(await readFile(join(path, 'model.json'), 'utf8')) as io.ModelJSON;
  if (model.format === 'layers-model' && model.weightsManifest != null) return model;
  throw new Error(`model.json must be of format "layers-model", got "${model.format}".`);
}
