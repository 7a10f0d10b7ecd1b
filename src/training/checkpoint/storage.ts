import { io, type NamedTensorMap } from '@tensorflow/tfjs-core';

/** A URL that tfjs can save models to (`indexeddb://run`, `file:///tmp/run`), or a handler. */
export type Storage = string | io.IOHandler;

const KEY = 'tfjsBitcoreCheckpoint';

/** Tensors by name, and what goes through JSON. */
export interface Stored<Content> {
  readonly tensors: NamedTensorMap;
  readonly content: Content;
}

/** Stores both by the means that tfjs has for models. */
export async function store<Content>(
  storage: Storage,
  { tensors, content }: Stored<Content>,
): Promise<void> {
  const { data, specs } = await io.encodeWeights(tensors);
  await handlerFor(storage, 'save').save!({
    format: 'layers-model',
    generatedBy: 'tfjs-bitcore',
    convertedBy: null as never,
    modelTopology: { class_name: 'Checkpoint', config: {} },
    weightSpecs: specs,
    weightData: data,
    userDefinedMetadata: { [KEY]: content as object },
  });
}

/** The caller disposes of the tensors. @throws if what is stored is no checkpoint. */
export async function retrieve<Content>(storage: Storage): Promise<Stored<Content>> {
  const artifacts = await handlerFor(storage, 'load').load!();
  const { userDefinedMetadata, weightData, weightSpecs } = artifacts;
  const content = userDefinedMetadata?.[KEY as never] as Content | undefined;
  if (content == null || weightData == null || weightSpecs == null) {
    const where = typeof storage === 'string' ? `"${storage}"` : 'its handler';
    throw new Error(`loadCheckpoint: ${where} holds no checkpoint of saveCheckpoint.`);
  }
  return { tensors: io.decodeWeights(weightData, weightSpecs), content };
}

function handlerFor(storage: Storage, action: 'save' | 'load'): io.IOHandler {
  const find = action === 'save' ? io.getSaveHandlers : io.getLoadHandlers;
  const [handler] = typeof storage === 'string' ? find(storage) : [storage];
  if (typeof handler?.[action] === 'function') return handler;
  const where = typeof storage === 'string' ? `for "${storage}"` : 'as given';
  throw new Error(`${action}Checkpoint: no handler ${where} that can ${action}.`);
}
