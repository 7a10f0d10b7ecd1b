import { lookup } from 'node:dns/promises';
import { drain } from './drain';
import { Metrics } from './http/metrics';
import { createHttpServer, type CollectMetrics } from './http/server';
import type { ResolvedOptions } from './options';
import type { Running } from './running';
import { ModelThread } from './thread/model_thread';

/**
 * Serves in this process.
 * @param metrics of this process.
 * @param collectMetrics what `/metrics` reports. Default: those of this process.
 * @throws if the model cannot be loaded, or the address is not to be had; then nothing is left.
 */
export async function serveHere(
  options: ResolvedOptions,
  metrics = new Metrics(),
  collectMetrics?: CollectMetrics,
): Promise<Running> {
  const [[name, folder]] = Object.entries(options.models) as [[string, string]];
  const thread = await ModelThread.start({ ...options, folder }, metrics);
  try {
    const server = createHttpServer(name, thread, options, metrics, collectMetrics);
    // One address: for "localhost" Fastify would open a second server, which would not be drained.
    const { address } = await lookup(options.host);
    const url = await server.http.listen({ host: address, port: options.port });
    const { backend, table, notWarm } = thread.loaded;
    return {
      address: url,
      models: [{ name, folder, backend, table, notWarm }],
      async stop() {
        await drain(server, options.timeoutMs);
        await thread.end();
      },
    };
  } catch (error) {
    await thread.end();
    throw error;
  }
}
