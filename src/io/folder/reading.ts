import { stat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import { argumentError } from '../../errors';
import { isPlainObject } from '../../topology/plain_object';
import { checkKerasVersion } from '../keras_version';
import { checkContent, checkedDigests, type Digests } from './digests';
import { cannotBeRead, checkInside, labelOf, readInto, regularFile } from './files';
import { bytesOf, checkManifest } from './manifest';

/** No topology is near it, and what JSON.parse makes of it still fits the memory. */
const MOST_BYTES_OF_JSON = 100e6;

/** So many saves may end while one load goes on. */
const MOST_TRIES = 100;

/**
 * The model in a folder. A writer may replace it meanwhile: then the weights that the old model.json names may
 * be gone, and the new model is read.
 */
export async function loadModel(path: string): Promise<io.ModelArtifacts> {
  for (let tries = 1; ; tries++) {
    const before = await versionOf(path);
    try {
      return await readModel(path);
    } catch (error) {
      const isReplaced = before !== (await versionOf(path));
      if (!isReplaced || tries === MOST_TRIES) throw error;
    }
  }
}

/** Another value for every model.json that a writer has put in place. */
async function versionOf(path: string): Promise<string | undefined> {
  try {
    const { ino, mtimeNs, ctimeNs } = await stat(join(path, 'model.json'), { bigint: true });
    return [ino, mtimeNs, ctimeNs].join();
  } catch {
    return undefined;
  }
}

async function readModel(path: string): Promise<io.ModelArtifacts> {
  const where = labelOf(path);
  const model = await readModelJson(path);
  const digests = checkedDigests(model, where);
  return io.getModelArtifactsForJSON(model, async (groups) => {
    const specs = groups.flatMap(({ weights }) => weights);
    return [specs, await readWeights(path, groups, digests)];
  });
}

async function readModelJson(path: string): Promise<io.ModelJSON> {
  const where = labelOf(path);
  const model = parse(await readText(path), where);
  if (!isPlainObject(model) || model.format !== 'layers-model') {
    const format = isPlainObject(model) ? model.format : undefined;
    throw argumentError(where, 'model.json', 'of format "layers-model"', format);
  }
  const { modelTopology, weightsManifest } = model;
  for (const [part, value] of Object.entries({ modelTopology, weightsManifest })) {
    if (value == null) throw argumentError(where, part, 'in model.json', value);
  }
  if (!isPlainObject(modelTopology)) {
    throw argumentError(where, 'modelTopology in model.json', 'an object', typeof modelTopology);
  }
  checkManifest(weightsManifest, where);
  checkKerasVersion(modelTopology, where);
  return model as unknown as io.ModelJSON;
}

async function readText(path: string): Promise<string> {
  const { size } = await regularFile(path, 'model.json');
  if (size > MOST_BYTES_OF_JSON) {
    const expected = `of at most ${MOST_BYTES_OF_JSON} bytes`;
    throw argumentError(labelOf(path), 'model.json', expected, Number(size));
  }
  try {
    return await readFile(join(path, 'model.json'), 'utf8');
  } catch (error) {
    throw cannotBeRead(path, 'model.json', error);
  }
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${where}: model.json is not JSON: ${(error as Error).message}`);
  }
}

/** All files are checked before the first is read, and nothing larger than they are is allocated. */
async function readWeights(
  path: string,
  groups: io.WeightsManifestConfig,
  digests: Digests | undefined,
): Promise<ArrayBuffer> {
  const sizes = new Map<string, number>();
  for (const group of groups) await checkSizes(path, group, sizes);
  const content = new Uint8Array([...sizes.values()].reduce((total, size) => total + size, 0));
  let at = 0;
  for (const [file, size] of sizes) {
    const part = content.subarray(at, (at += size));
    await readInto(path, file, part);
    checkContent(file, part, digests, labelOf(path));
  }
  return content.buffer;
}

/** tfjs itself reads a file that is too long without an error. */
async function checkSizes(
  path: string,
  { paths, weights }: io.WeightsManifestConfig[number],
  sizes: Map<string, number>,
): Promise<void> {
  let total = 0;
  for (const file of paths) {
    const size = Number((await regularFile(path, file)).size);
    await checkInside(path, file);
    sizes.set(file, size);
    total += size;
  }
  const expected = bytesOf(weights);
  if (total === expected) return;
  const what = `${expected} bytes, as model.json says`;
  throw argumentError(labelOf(path), paths.join(' + '), what, total);
}

/** The files of weights that model.json names: none without a model.json, undefined if it is not readable. */
export async function filesOfModel(path: string): Promise<string[] | undefined> {
  try {
    const { weightsManifest } = await readModelJson(path);
    return weightsManifest.flatMap(({ paths }) => paths);
  } catch (error) {
    const { cause } = error as { cause?: NodeJS.ErrnoException };
    return cause?.code === 'ENOENT' ? [] : undefined;
  }
}
