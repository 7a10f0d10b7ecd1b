import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import * as tf from '@tensorflow/tfjs';
import { folder } from '../../src/io/folder';
import { present } from './present';

/** What a save handler receives; the JSON part went through text, as in every handler. */
export async function artifactsOf(
  model: tf.LayersModel,
  config?: tf.io.SaveConfig,
): Promise<tf.io.ModelArtifacts> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler((saved) => {
      artifacts = saved;
      const info = { dateSaved: new Date(), modelTopologyType: 'JSON' as const };
      return Promise.resolve({ modelArtifactsInfo: info });
    }),
    config,
  );
  const { weightData, ...rest } = present(artifacts);
  const json = JSON.parse(JSON.stringify(rest)) as tf.io.ModelArtifacts;
  return { ...json, weightData: tf.io.concatenateArrayBuffers([weightData as ArrayBuffer].flat()) };
}

export function load(artifacts: tf.io.ModelArtifacts): Promise<tf.LayersModel> {
  return tf.loadLayersModel(tf.io.fromMemory(artifacts));
}

/** The model saved in memory, and loaded again. */
export async function inMemory(model: tf.LayersModel): Promise<tf.LayersModel> {
  return load(await artifactsOf(model));
}

/** Saves to a folder by tfjs-node's `file://` where that is loaded, and loads from it again. */
export async function onDisk(
  model: tf.LayersModel,
  damage?: (folder: string) => void,
): Promise<tf.LayersModel> {
  const path = mkdtempSync(join(tmpdir(), 'bitlinear-'));
  const isNode = tf.findBackend('tensorflow') != null;
  try {
    await model.save(isNode ? `file://${path}` : folder(path));
    damage?.(path);
    return await tf.loadLayersModel(isNode ? `file://${path}/model.json` : folder(path));
  } finally {
    rmSync(path, { recursive: true });
  }
}

/** Posts the model to a real HTTP server, and loads it from there again. */
export async function overHttp(model: tf.LayersModel): Promise<tf.LayersModel> {
  const files = new Map<string, Uint8Array>();
  const server = createServer((request, response) => {
    const answer = request.method === 'POST' ? receiveForm(request, files) : undefined;
    const file = files.get(present(request.url).slice(1));
    Promise.resolve(answer).then(
      () => response.writeHead(answer || file ? 200 : 404).end(answer ? undefined : file),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await model.save(tf.io.http(url));
    return await tf.loadLayersModel(tf.io.http(`${url}/model.json`, { fetchFunc: fetchHere }));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** What Node's fetch parses is of the realm outside Jest's tests, whose arrays tfjs does not recognise. */
async function fetchHere(...args: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...args);
  response.json = async () => JSON.parse(await response.text()) as unknown;
  return response;
}

/** Keeps the files of a multipart form, which is how tfjs posts a model. */
async function receiveForm(request: IncomingMessage, files: Map<string, Uint8Array>) {
  const headers = { 'content-type': present(request.headers['content-type']) };
  const form = await new Response(await buffer(request), { headers }).formData();
  for (const name of ['model.json', 'model.weights.bin']) {
    const file = form.get(name) as File;
    files.set(name, new Uint8Array(await file.arrayBuffer()));
  }
}
