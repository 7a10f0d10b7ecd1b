import { io } from '@tensorflow/tfjs-core';

/**
 * A URL that tfjs can save models to (`indexeddb://run`, or with tfjs-node the URL of a folder, `file:///tmp/run`),
 * or a handler.
 */
export type Storage = string | io.IOHandler;

/**
 * The handler of a storage.
 * @throws an error that names `where` if there is none that can do `action`.
 */
export function handlerFor(
  where: string,
  storage: Storage,
  action: 'save' | 'load',
): Required<io.IOHandler> {
  const [handler] = typeof storage === 'string' ? registered(storage, action) : [storage];
  if (typeof handler?.[action] === 'function') return handler as Required<io.IOHandler>;
  const place = labelOf(storage);
  throw new Error(`${where}: no handler for ${place} that can ${action}. ${remedy(storage)}`);
}

/** Of a folder that tfjs-node saves to, it loads only the JSON file. */
function registered(url: string, action: 'save' | 'load'): io.IOHandler[] {
  if (action === 'save') return io.getSaveHandlers(url);
  const isFolder = url.startsWith('file://') && !url.endsWith('.json');
  return io.getLoadHandlers(isFolder ? `${url}/model.json` : url);
}

/** What errors call a storage. Handlers for files, including `folder`, have a path. */
export function labelOf(storage: Storage): string {
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
