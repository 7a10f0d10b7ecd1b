import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import { argumentError } from '../errors';
import { readableTopology } from './keras_2_forms';
import { checkKerasVersion } from './keras_version';
import { checkModelFormat } from './model_format';
import { modelPlace } from './model_place';

/**
 * Saves to and loads from a folder (model.json and its files of weights) on any backend in Node.
 * tfjs-node has this built in as `file://`; plain tfjs does not.
 *
 * ```js
 * import { folder } from 'tfjs-bitcore/folder';
 *
 * await deploy(model).save(folder('models/tiny'));
 * const loaded = await tf.loadLayersModel(folder('models/tiny'));
 * ```
 *
 * It loads what `tf.loadLayersModel` loads, files without `format` included, and models of Keras 2 whose
 * regularizers are named `L1` or `L2`.
 *
 * @param path of the folder. Saving makes the folder if it is missing, and overwrites the model in it. For loading
 * only, it can also be the path of a JSON file whose weights are beside it, such as `tiny.json`, as
 * `downloads://tiny` writes it.
 * @throws if `path` is not a string. Loading throws if a file is missing, if the JSON file does not describe a
 * layers model or was written by Keras 3, if it has a GRU with `reset_after`, which tfjs does not compute, or if
 * the files of weights do not have the size that it gives.
 */
export function folder(path: string): io.IOHandler & { readonly path: string } {
  if (typeof path !== 'string' || path === '') {
    throw argumentError('folder', 'path', 'a non-empty string', path);
  }
  return {
    path,
    async save({ weightSpecs, weightData, ...rest }) {
      const weights = new Uint8Array(io.CompositeArrayBuffer.join(weightData));
      const model = {
        ...rest,
        weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
      };
      await mkdir(path, { recursive: true });
      await replaceModel(path, weights, JSON.stringify(model));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    },
    async load() {
      const { directory, file } = modelPlace(path);
      return io.getModelArtifactsForJSON(await readModel(directory, file), async (groups) => {
        const weights = await Promise.all(groups.map((group) => readGroup(directory, group)));
        const specs = groups.flatMap(({ weights }) => weights);
        return [specs, new Uint8Array(Buffer.concat(weights)).buffer];
      });
    },
  };
}

/**
 * A save that is interrupted leaves the earlier model or, if that happens during the renaming, a folder
 * without model.json, which loading refuses. It never leaves the topology of one model with the weights of
 * another.
 */
async function replaceModel(path: string, weights: Uint8Array, model: string): Promise<void> {
  const [weightsFile, modelFile] = [join(path, 'weights.bin'), join(path, 'model.json')];
  await writeFile(`${weightsFile}.new`, weights);
  await writeFile(`${modelFile}.new`, model);
  await rm(modelFile, { force: true });
  await rename(`${weightsFile}.new`, weightsFile);
  await rename(`${modelFile}.new`, modelFile);
}

async function readModel(path: string, file: string): Promise<io.ModelJSON> {
  const where = `folder "${path}"`;
  const model = parse((await readPart(path, file)).toString(), file, where);
  checkModelFormat(model, file, where);
  for (const part of ['modelTopology', 'weightsManifest'] as const) {
    if (model[part] == null) throw argumentError(where, part, `in ${file}`, model[part]);
  }
  checkKerasVersion(model.modelTopology, where);
  return { ...model, modelTopology: readableTopology(model.modelTopology, where) };
}

async function readPart(path: string, file: string): Promise<Buffer> {
  try {
    return await readFile(join(path, file));
  } catch (error) {
    const reason = (error as Error).message;
    throw new Error(`folder "${path}": ${file} cannot be read: ${reason}`, { cause: error });
  }
}

function parse(text: string, file: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${where}: ${file} is not JSON: ${(error as Error).message}`);
  }
}

/** tfjs itself reads a file that is too long without an error. */
async function readGroup(path: string, group: io.WeightsManifestConfig[number]): Promise<Buffer> {
  const files = await Promise.all(group.paths.map((file) => readPart(path, file)));
  const content = Buffer.concat(files);
  const expected = bytesOf(group.weights);
  if (Number.isNaN(expected) || content.length === expected) return content;
  const what = `${expected} bytes, as model.json says`;
  throw argumentError(`folder "${path}"`, group.paths.join(' + '), what, content.length);
}

const BYTES: Record<string, number> = {
  float32: 4,
  int32: 4,
  bool: 1,
  complex64: 8,
  uint8: 1,
  uint16: 2,
  float16: 2,
};

/** NaN if the size depends on the content, as it does for strings. */
function bytesOf(specs: io.WeightsManifestEntry[]): number {
  return specs.reduce((total, { shape, dtype, quantization }) => {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    return total + size * (BYTES[quantization?.dtype ?? dtype] ?? NaN);
  }, 0);
}
