/**
 * A server of saved models over HTTP, in Node.
 *
 * @module tfjs-bitcore/serving
 */
export { createServer, type ModelServer } from './create_server';
export type { ServerOptions } from './options';
export type { LoadedModel } from './running';
