/**
 * Models in folders and places in files, in Node, on any backend.
 *
 * @module tfjs-bitcore/folder
 */
import type { io } from '@tensorflow/tfjs-core';
import { argumentError } from '../errors';
import { loadModel } from './folder/reading';
import { saveModel } from './folder/saving';

export { placeFile, type PlaceFile } from './place_file';

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
 * A save replaces the model at one moment, and waits until it is on the disk. Whenever the process ends or the
 * power fails, the folder has the whole old model or the whole new one, and loading gives one of them. Several
 * writers take turns. model.json holds SHA-256 digests of itself and of the weights, which loading checks;
 * files of other writers, which have none, load without this check.
 *
 * It loads what `tf.loadLayersModel` loads, files without `format` included, and models of Keras 2 whose
 * regularizers are named `L1` or `L2`.
 *
 * @param path of the folder. Saving makes the folder if it is missing, and overwrites the model in it. Files
 * `weights-DIGEST.bin` in it that the new model.json does not name are removed. For loading only, it can also be
 * the path of a JSON file whose weights are beside it, such as `tiny.json`, as `downloads://tiny` writes it.
 * @throws if `path` is not a string.
 *
 * Saving throws, and leaves the folder as it was, if the disk is full or fails, or another process has been
 * saving to the folder for a minute.
 *
 * Loading throws an error that names the folder and the file, if a file is missing, is no regular file inside
 * the folder, has another size than the JSON file says or other content than its digest says; if the JSON file
 * does not describe a layers model and its weights, or a layer waits for an input that no layer gives; if it was
 * written by Keras 3; or if it has a GRU with `reset_after`, which tfjs does not compute.
 */
export function folder(path: string): io.IOHandler & { readonly path: string } {
  if (typeof path !== 'string' || path === '') {
    throw argumentError('folder', 'path', 'a non-empty string', path);
  }
  return {
    path,
    async save(artifacts) {
      await saveModel(path, artifacts);
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    },
    load: () => loadModel(path),
  };
}
