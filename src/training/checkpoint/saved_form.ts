import { io, serialization } from '@tensorflow/tfjs-core';
import { argumentError } from '../../errors';
import { isPlainObject } from '../../topology/plain_object';
import { checkContent, type Content } from './content';
import { digestOf } from './digest';
import { handlerFor, labelOf, type Storage } from './storage';
import { bytesOf, checkSpecs, type TensorSpec } from './tensor_specs';

/**
 * The format that this version writes; it reads the earlier ones, too.
 *
 *     1   without a version and a digest; states of recurrent layers are not in it
 *     2
 */
const FORMAT = 2;

const KEY = 'TfjsBitcoreCheckpoint';

/** The topology of what is stored, so that the error of `tf.loadLayersModel` says what the content is. */
class Checkpoint extends serialization.Serializable {
  /** @nocollapse */
  static readonly className: string = KEY;

  static override fromConfig(): never {
    throw new Error(
      'tf.loadLayersModel: this is a checkpoint made by saveCheckpoint, not a model. Build and compile the ' +
        'model, then restore it with loadCheckpoint.',
    );
  }

  override getConfig(): serialization.ConfigDict {
    return {};
  }
}

serialization.registerClass(Checkpoint);

/** What a checkpoint says, with its tensors as tfjs encodes them. */
export interface Saved {
  readonly format: number;
  readonly content: Content;
  readonly specs: TensorSpec[];
  readonly data: ArrayBuffer;
}

/** Stores a checkpoint in the same way as tfjs stores models. */
export async function store(
  where: string,
  storage: Storage,
  { content, specs, data }: Omit<Saved, 'format'>,
): Promise<void> {
  const versioned = { version: FORMAT, ...content };
  const digest = digestOf([versioned, specs], new Uint8Array(data));
  await handlerFor(where, storage, 'save').save({
    format: 'layers-model',
    generatedBy: 'tfjs-bitcore',
    convertedBy: null,
    modelTopology: { class_name: Checkpoint.className, config: {} },
    weightSpecs: specs,
    weightData: data,
    userDefinedMetadata: { [KEY]: { ...versioned, digest } },
  });
}

/** @throws if the storage cannot be read, or holds no checkpoint, or a damaged one. */
export async function retrieve(where: string, storage: Storage): Promise<Saved> {
  const artifacts = await handlerFor(where, storage, 'load').load();
  return readArtifacts(`${where} from ${labelOf(storage)}`, artifacts);
}

/** @throws if they are no checkpoint, or a damaged one, or one of a later version. */
export function readArtifacts(where: string, artifacts: io.ModelArtifacts): Saved {
  const { userDefinedMetadata, weightData, weightSpecs } = artifacts ?? {};
  const saved: unknown = (userDefinedMetadata as Record<string, unknown> | undefined)?.[KEY];
  if (!isPlainObject(saved)) {
    throw argumentError(where, 'content', 'a checkpoint made by saveCheckpoint', saved);
  }
  const { digest, ...versioned } = saved;
  const { version, ...rest } = versioned;
  const format = checkFormat(where, version, digest);
  const specs = checkSpecs(where, weightSpecs);
  const data = checkData(where, weightData, specs);
  if (format > 1) checkDigest(where, digest, digestOf([versioned, specs], new Uint8Array(data)));
  return { format, content: checkContent(where, rest), specs, data };
}

function checkFormat(where: string, version: unknown, digest: unknown): number {
  if (version === undefined && digest === undefined) return 1;
  if (version === FORMAT) return FORMAT;
  const expected = `${FORMAT}, or left out with the digest`;
  const error = argumentError(where, 'version of the checkpoint', expected, version);
  if (!(Number.isSafeInteger(version) && (version as number) > FORMAT)) throw error;
  throw new Error(`${error.message} A later version of tfjs-bitcore wrote it: update the package.`);
}

function checkData(where: string, data: unknown, specs: TensorSpec[]): ArrayBuffer {
  const parts = [data].flat();
  const joined = parts.every(isArrayBuffer) ? io.CompositeArrayBuffer.join(parts) : undefined;
  const expected = specs.reduce((total, spec) => total + bytesOf(spec), 0);
  if (joined?.byteLength === expected) return joined;
  const what = `${expected} bytes in ArrayBuffers, as weightSpecs says`;
  throw argumentError(where, 'weightData', what, joined?.byteLength ?? typeof data);
}

/** Works for buffers of any realm. */
function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return Object.prototype.toString.call(value) === '[object ArrayBuffer]';
}

function checkDigest(where: string, digest: unknown, computed: string): void {
  if (digest === computed) return;
  const { message } = argumentError(where, 'digest', `"${computed}", by the content`, digest);
  throw new Error(`${message} The checkpoint is damaged: load an earlier one.`);
}
