import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { folder } from '../../src/io/folder';
import { containers } from '../support/manifests';
import { newFolder, removeFolders, ternaryNet } from './support/models';
import { endAllServers, startServer } from './support/process';

/*
 * What the manifests of examples/deployment start.
 */

jest.setTimeout(60_000);

beforeAll(() => tf.setBackend('cpu'));
afterAll(() => {
  endAllServers();
  removeFolders();
});

/** The arguments, with models that are here, and any free port. */
function argsHere(args: readonly string[], models: string): string[] {
  const port = args.indexOf('--port');
  const others = port < 0 ? args : args.filter((_, i) => i !== port && i !== port + 1);
  const places: Record<string, string> = {
    '/models': models,
    '/mnt/models': join(models, 'digits'),
  };
  return others.map((argument) => places[argument] ?? argument.replace('{{.Name}}', 'digits'));
}

test.each(Object.entries(containers()))('%s: its probes are answered', async (_kind, container) => {
  const models = newFolder();
  mkdirSync(join(models, 'digits'), { recursive: true });
  await ternaryNet().save(folder(join(models, 'digits', '1')));
  const server = await startServer(...argsHere(container.args, models), '--backend', 'wasm');
  const { startupProbe, readinessProbe, livenessProbe } = container;
  const here = server.url.replace(/\/\/[^:/]+/, '//127.0.0.1');
  for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
    if (probe == null) continue;
    expect([probe.httpGet.path, (await fetch(here + probe.httpGet.path)).status]).toEqual([
      probe.httpGet.path,
      200,
    ]);
  }
  expect((await fetch(`${here}/v2/models/digits/ready`)).status).toBe(200);
  expect(await (await fetch(`${here}/metrics`)).text()).toContain('serving_queue_rows');
  expect(await server.end()).toEqual({ code: 0, signal: null });
});
