import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import { isWeightsName, sha256, weightsName, withDigests } from './digests';
import { makeFolders, removeFolders, replaceFile, syncFolder } from './durable';
import { isClaim } from './lock';
import { filesOfModel } from './reading';
import { inTurn, withLock } from './turns';
import { nameOfUnfinished } from './unfinished';

/** What version 0.1.0 called its weights, and tfjs-node does. */
const PLAIN_NAME = 'weights.bin';

const LOCK = 'model.json.lock';

interface NewModel {
  readonly weightsFile: string;
  readonly weights: Uint8Array;
  readonly modelJson: string;
}

/**
 * Replaces the model in a folder, or makes the folder. If it throws, the folder is as before, or has the whole
 * new model if the disk failed only after the change.
 */
export async function saveModel(path: string, artifacts: io.ModelArtifacts): Promise<void> {
  const model = encode(artifacts);
  await inTurn(path, async () => {
    const made = await makeFolders(path);
    try {
      await withLock(path, LOCK, () => replaceModel(path, model));
    } catch (error) {
      await removeFolders(made);
      throw error;
    }
  });
}

function encode({ weightSpecs = [], weightData, ...rest }: io.ModelArtifacts): NewModel {
  const weights = new Uint8Array(io.CompositeArrayBuffer.join(weightData));
  const digest = sha256(weights);
  const weightsFile = weightsName(digest);
  const model = { ...rest, weightsManifest: [{ paths: [weightsFile], weights: weightSpecs }] };
  return { weightsFile, weights, modelJson: withDigests(model, { [weightsFile]: digest }) };
}

/**
 * The one moment that counts is the change of model.json. Before it, the weights are there under a name that
 * the old model.json does not use, or uses for the same content. After it, nothing uses the old weights.
 */
async function replaceModel(path: string, model: NewModel): Promise<void> {
  const replaced = await filesOfModel(path);
  try {
    await replaceFile(path, model.weightsFile, model.weights);
    // The disk might keep the new name of model.json and lose that of the weights.
    await syncFolder(path);
    await replaceFile(path, 'model.json', model.modelJson);
    await syncFolder(path);
  } catch (error) {
    await removeLeftovers(path, false);
    throw error;
  }
  await removeLeftovers(path, replaced?.includes(PLAIN_NAME) ?? false);
}

/**
 * Removes what no model.json uses: weights that `folder` has named, and files of saves that were cut off.
 * What cannot be removed now, the next save removes.
 */
async function removeLeftovers(path: string, plainToo: boolean): Promise<void> {
  try {
    const used = await filesOfModel(path);
    for (const name of await readdir(path)) {
      const isOurs = isWeightsName(name) || (plainToo && name === PLAIN_NAME);
      const isUnused = isOurs && used?.includes(name) === false;
      if (isUnused || isClaim(name, LOCK) || isOurUnfinished(name))
        await rm(join(path, name), { force: true });
    }
  } catch {
    // The model is saved, or an earlier error is being thrown.
  }
}

/** The folder may have other files that are being written. */
function isOurUnfinished(file: string): boolean {
  const name = nameOfUnfinished(file);
  if (name == null) return false;
  return name === 'model.json' || name === LOCK || isWeightsName(name) || isClaim(name, LOCK);
}
