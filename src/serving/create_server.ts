import { readServerOptions, type ServerOptions } from './options';
import { checkPeers } from './peers';
import type { LoadedModel, Running } from './running';

/** A server of models over HTTP. */
export interface ModelServer {
  /** `http://HOST:PORT` while it listens, else undefined. */
  readonly address: string | undefined;

  /**
   * Loads the models, and listens when they are warm.
   * @returns what it has loaded.
   * @throws if a package is missing (the error says which), a model cannot be loaded, or the address is not to be had;
   * or if it has been called before.
   */
  start(): Promise<readonly LoadedModel[]>;

  /** Answers the requests that have arrived, then ends. It does nothing if the server has not started. */
  stop(): Promise<void>;
}

/**
 * A server of saved models, packed or float, with TensorFlow Serving's REST API, batching and metrics. It is the one of
 * the command `tfjs-bitcore serve`. It runs in Node and needs the packages fastify, prom-client and ajv.
 *
 * Each version of a model computes in a thread of its own, whatever backend this program uses. Of the versions in a
 * folder the newest is served: one that is added later is loaded beside the old one, and takes its place when it is
 * warm.
 *
 * @param options the folders of the models, and limits; all others have defaults.
 * @returns a server that does not listen yet.
 * @throws if an option is wrong.
 *
 * @example
 * ```js
 * import { folder } from 'tfjs-bitcore/folder';
 * import { createServer } from 'tfjs-bitcore/serving';
 *
 * await model.save(folder('models/digits'));
 * const server = createServer({
 *   models: { digits: 'models/digits' },
 *   port: 0,
 *   backend: 'wasm',
 * });
 * await server.start();
 * const answer = await fetch(`${server.address}/v1/models/digits:predict`, {
 *   method: 'POST',
 *   body: JSON.stringify({ instances: x.arraySync() }),
 * });
 * const { predictions } = await answer.json(); // a list for each row
 * await server.stop();
 * ```
 */
export function createServer(options: ServerOptions): ModelServer {
  const read = readServerOptions('createServer', options);
  let starting: Promise<Running> | undefined;
  let running: Running | undefined;
  let stopping: Promise<void> | undefined;
  const load = async () => {
    checkPeers();
    const { serve } = await import('./serve');
    return serve(read);
  };
  return {
    get address() {
      return running?.address;
    },
    async start() {
      if (starting != null) throw new Error('createServer: the server has been started before.');
      starting = load();
      running = await starting;
      return running.models;
    },
    async stop() {
      if (starting != null) await (stopping ??= end(starting));
    },
  };

  async function end(starting: Promise<Running>): Promise<void> {
    const started = await starting.catch(() => undefined);
    running = undefined;
    await started?.stop();
  }
}
