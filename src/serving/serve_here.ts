import { lookup } from 'node:dns/promises';
import { drain } from './drain';
import { Metrics } from './http/metrics';
import { createHttpServer, type CollectMetrics } from './http/server';
import { Models } from './models/models';
import type { ResolvedOptions } from './options';
import type { LoadedModel, Running } from './running';

/**
 * Serves in this process.
 * @param metrics of this process.
 * @param collectMetrics what `/metrics` reports. Default: those of this process.
 * @throws if a model cannot be loaded, or the address is not to be had; then nothing is left.
 */
export async function serveHere(
  options: ResolvedOptions,
  metrics = new Metrics(),
  collectMetrics?: CollectMetrics,
): Promise<Running> {
  const models = new Models(options, metrics);
  await models.start();
  try {
    const server = createHttpServer(models, options, metrics, collectMetrics);
    // One address: for "localhost" Fastify would open a second server, which would not be drained.
    const { address } = await lookup(options.host);
    const url = await server.http.listen({ host: address, port: options.port });
    return {
      address: url,
      models: loadedModels(models),
      async stop() {
        await drain(server, options.timeoutMs);
        await models.end();
      },
    };
  } catch (error) {
    await models.end();
    throw error;
  }
}

function loadedModels(models: Models): LoadedModel[] {
  return models.served().map(([name, { number, folder, loaded }]) => {
    const { backend, table, notWarm } = loaded;
    return { name, version: number, folder, backend, table, notWarm };
  });
}
