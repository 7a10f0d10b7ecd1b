import { stat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import { argumentError } from '../../errors';
import { isPlainObject } from '../../topology/plain_object';
import { readableTopology } from '../keras_2_forms';
import { checkKerasVersion } from '../keras_version';
import { checkLayerInputs } from '../layer_inputs';
import { checkModelFormat } from '../model_format';
import { modelPlace, type ModelPlace } from '../model_place';
import { checkContent, checkedDigests, type Digests } from './digests';
import { cannotBeRead, checkInside, labelOf, readInto, regularFile } from './files';
import { bytesOf, checkManifest } from './manifest';

/** No topology is near it, and what JSON.parse makes of it still fits the memory. */
const MOST_BYTES_OF_JSON = 100e6;

/** So many saves may end while one load goes on. */
const MOST_TRIES = 100;

/**
 * The model at a path. A writer may replace it meanwhile: then the weights that the old model.json names may
 * be gone, and the new model is read.
 */
export async function loadModel(path: string): Promise<io.ModelArtifacts> {
  const place = modelPlace(path);
  for (let tries = 1; ; tries++) {
    const before = await versionOf(place);
    try {
      return await readModel(place);
    } catch (error) {
      const isReplaced = before !== (await versionOf(place));
      if (!isReplaced || tries === MOST_TRIES) throw error;
    }
  }
}

/** Another value for every model.json that a writer has put in place. */
async function versionOf({ directory, file }: ModelPlace): Promise<string | undefined> {
  try {
    const { ino, mtimeNs, ctimeNs } = await stat(join(directory, file), { bigint: true });
    return [ino, mtimeNs, ctimeNs].join();
  } catch {
    return undefined;
  }
}

async function readModel(place: ModelPlace): Promise<io.ModelArtifacts> {
  const where = labelOf(place.directory);
  const { model, digests } = await readModelJson(place);
  const readable = { ...model, modelTopology: readableTopology(model.modelTopology, where) };
  return io.getModelArtifactsForJSON(readable, async (groups) => {
    const specs = groups.flatMap(({ weights }) => weights);
    return [specs, await readWeights(place, groups, digests)];
  });
}

interface CheckedJson {
  readonly model: io.ModelJSON;
  readonly digests: Digests | undefined;
}

async function readModelJson(place: ModelPlace): Promise<CheckedJson> {
  const { directory, file } = place;
  const where = labelOf(directory);
  const model = parse(await readText(place), file, where);
  checkModelFormat(model, file, where);
  const { modelTopology, weightsManifest } = model;
  for (const [part, value] of Object.entries({ modelTopology, weightsManifest })) {
    if (value == null) throw argumentError(where, part, `in ${file}`, value);
  }
  if (!isPlainObject(modelTopology)) {
    throw argumentError(where, `modelTopology in ${file}`, 'an object', typeof modelTopology);
  }
  const digests = checkedDigests(model, file, where);
  checkManifest(weightsManifest, file, where);
  checkKerasVersion(modelTopology, where);
  checkLayerInputs(modelTopology, file, where);
  return { model, digests };
}

async function readText({ directory, file }: ModelPlace): Promise<string> {
  const { size } = await regularFile(directory, file);
  if (size > MOST_BYTES_OF_JSON) {
    const expected = `of at most ${MOST_BYTES_OF_JSON} bytes`;
    throw argumentError(labelOf(directory), file, expected, Number(size));
  }
  try {
    return await readFile(join(directory, file), 'utf8');
  } catch (error) {
    throw cannotBeRead(directory, file, error);
  }
}

function parse(text: string, file: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${where}: ${file} is not JSON: ${(error as Error).message}`);
  }
}

/** All files are checked before the first is read, and nothing larger than they are is allocated. */
async function readWeights(
  place: ModelPlace,
  groups: io.WeightsManifestConfig,
  digests: Digests | undefined,
): Promise<ArrayBuffer> {
  const sizes = new Map<string, number>();
  for (const group of groups) await checkSizes(place, group, sizes);
  const content = new Uint8Array([...sizes.values()].reduce((total, size) => total + size, 0));
  let at = 0;
  for (const [file, size] of sizes) {
    const part = content.subarray(at, (at += size));
    await readInto(place.directory, file, part);
    checkContent(file, part, digests, labelOf(place.directory));
  }
  return content.buffer;
}

/** tfjs itself reads a file that is too long without an error. */
async function checkSizes(
  place: ModelPlace,
  { paths, weights }: io.WeightsManifestConfig[number],
  sizes: Map<string, number>,
): Promise<void> {
  let total = 0;
  for (const file of paths) {
    const size = Number((await regularFile(place.directory, file)).size);
    await checkInside(place, file);
    sizes.set(file, size);
    total += size;
  }
  const expected = bytesOf(weights);
  if (total === expected) return;
  const what = `${expected} bytes, as ${place.file} says`;
  throw argumentError(labelOf(place.directory), paths.join(' + '), what, total);
}

/**
 * The files of weights that the model.json of a folder names: none without a model.json, undefined if it is not
 * readable.
 */
export async function filesOfModel(directory: string): Promise<string[] | undefined> {
  try {
    const { model } = await readModelJson({ directory, file: 'model.json' });
    return model.weightsManifest.flatMap(({ paths }) => paths);
  } catch (error) {
    const { cause } = error as { cause?: NodeJS.ErrnoException };
    return cause?.code === 'ENOENT' ? [] : undefined;
  }
}
