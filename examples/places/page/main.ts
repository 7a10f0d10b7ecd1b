/*
 * A page that finds places of the drawn city in the browser, by the ternary net of `npm run example:places`.
 *
 *   npm run example:places -- --small     trains the net first
 *   npm run example:places:page           then open http://127.0.0.1:8502/
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { bundlePage } from './bundle';
import { describedDatabase } from './database';
import { folderOfSeed } from '../options';
import { readInputs } from './inputs';
import { parseOptions } from './options';
import { createPageServer } from './server';

async function main() {
  const { out, seed, port } = parseOptions(process.argv.slice(2));
  const inputs = readInputs(folderOfSeed(out, seed));
  const bundle = await bundlePage();
  const places = await describedDatabase(inputs);
  const settings = Buffer.from(JSON.stringify(inputs.settings));
  const server = createPageServer(
    new Map([...bundle, ['settings.json', settings], ['places.bin', places]]),
    inputs.net,
  );
  // Only this machine sees it.
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  console.log(`Open http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
