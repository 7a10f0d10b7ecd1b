import { createServer, type LoadedModel } from 'tfjs-bitcore/serving';
import type { Outcome } from './command';
import { serveOptions } from './serve_options';

/** Serves until a signal ends it. Meanwhile it prints what it serves. */
export async function run(args: string[]): Promise<Outcome> {
  const options = serveOptions(args);
  const server = createServer({ ...options, log: (message) => console.error(message) });
  // From now on: the first process of a container ignores signals that nobody waits for.
  const stopped = signaled(['SIGTERM', 'SIGINT']);
  const models = await Promise.race([server.start(), stopped]);
  if (models == null) {
    console.log('Ended before it listened.');
    process.exit(0);
  }
  const { workers = 1 } = options;
  if (workers > 1) console.log(`${workers} workers are ready.`);
  for (const model of models) console.log(described(model, server.address!));
  if (models.length === 0) console.log(`No model is in ${options.modelsFolder} yet:`);
  console.log(`  ${server.address}/metrics`);
  await stopped;
  await server.stop();
  return { result: {}, lines: ['All requests have been answered.'] };
}

/** Resolves with the first of the signals. The next ones are ignored: it ends already. */
function signaled(names: NodeJS.Signals[]): Promise<undefined> {
  return new Promise((resolve) => {
    for (const name of names) process.on(name, () => resolve(undefined));
  });
}

function described(
  { name, folder, backend, table, notWarm }: LoadedModel,
  address: string,
): string {
  const slow = notWarm == null ? [] : [`The first answers will be slow: ${notWarm}.`];
  const place = `\nServing ${folder} on ${backend}:\n  ${address}/v1/models/${name}:predict`;
  return [table, ...slow, place].join('\n');
}
