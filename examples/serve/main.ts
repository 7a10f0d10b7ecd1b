/*
 * A page to draw digits on, as an example of a client: it asks a server of models.
 *
 *   npm start                                             trains and saves a model first
 *   npm run serve -- models/mnist/deployed --name mnist   serves it
 *   npm run example:digits                                then open http://127.0.0.1:8080/
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Command } from 'commander';
import { numberBetween } from '../support/number_between';
import { createPageServer } from './page_server';

const HOST = '127.0.0.1';

interface Options {
  readonly server: string;
  readonly port: number;
}

async function main() {
  const { server, port } = new Command('npm run example:digits --')
    .description('Shows a page to draw digits on, which a server of models recognizes.')
    .option('--server <url>', 'address of the server', 'http://127.0.0.1:8501')
    .option('--port <number>', 'port of the page', numberBetween(0, 65535), 8080)
    .parse()
    .opts<Options>();
  const page = createPageServer(server);
  page.listen(port, HOST);
  await once(page, 'listening');
  console.log(`Draw digits at http://${HOST}:${(page.address() as AddressInfo).port}/`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
