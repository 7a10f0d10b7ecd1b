export { createServer, type ModelServer } from './create_server';
export type { ServerOptions } from './options';
export type { LoadedModel } from './running';
