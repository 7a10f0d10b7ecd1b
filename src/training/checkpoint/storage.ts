import { io, serialization, type NamedTensorMap } from '@tensorflow/tfjs-core';

/** A URL that tfjs can save models to (`indexeddb://run`, `file:///tmp/run`), or a handler. */
export type Storage = string | io.IOHandler;

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

/** Tensors by name, and values that can be written as JSON. */
export interface Stored<Content> {
  readonly tensors: NamedTensorMap;
  readonly content: Content;
}

/** Stores both in the same way as tfjs stores models. */
export async function store<Content>(
  storage: Storage,
  { tensors, content }: Stored<Content>,
): Promise<void> {
  const { data, specs } = await io.encodeWeights(tensors);
  await handlerFor(storage, 'save').save!({
    format: 'layers-model',
    generatedBy: 'tfjs-bitcore',
    convertedBy: null,
    modelTopology: { class_name: Checkpoint.className, config: {} },
    weightSpecs: specs,
    weightData: data,
    userDefinedMetadata: { [KEY]: content as object },
  });
}

/** The caller disposes of the tensors. @throws if the content is not a checkpoint. */
export async function retrieve<Content>(storage: Storage): Promise<Stored<Content>> {
  const artifacts = await handlerFor(storage, 'load').load!();
  const { userDefinedMetadata, weightData, weightSpecs } = artifacts;
  const content = userDefinedMetadata?.[KEY as never] as Content | undefined;
  if (content == null || weightData == null || weightSpecs == null) {
    throw new Error(
      `loadCheckpoint: ${labelOf(storage)} holds no checkpoint made by saveCheckpoint.`,
    );
  }
  return { tensors: io.decodeWeights(weightData, weightSpecs), content };
}

function handlerFor(storage: Storage, action: 'save' | 'load'): io.IOHandler {
  const find = action === 'save' ? io.getSaveHandlers : io.getLoadHandlers;
  const [handler] = typeof storage === 'string' ? find(storage) : [storage];
  if (typeof handler?.[action] === 'function') return handler;
  throw new Error(
    `${action}Checkpoint: no handler for ${labelOf(storage)} that can ${action}. ${remedy(storage)}`,
  );
}

/** Handlers for files, including `folder`, have a path. */
function labelOf(storage: Storage): string {
  const path = typeof storage === 'string' ? storage : (storage as { path?: unknown } | null)?.path;
  return typeof path === 'string' ? `"${path}"` : 'the storage given';
}

function remedy(storage: Storage): string {
  const isPath = typeof storage === 'string' && !storage.includes('://');
  const path = isPath ? `'${storage}'` : 'PATH';
  return (
    `Give folder(${path}) of tfjs-bitcore/folder in Node, a URL such as 'indexeddb://NAME' in a browser, ` +
    'or a handler of your own.'
  );
}
