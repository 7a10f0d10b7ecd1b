import { setTimeout as sleep } from 'node:timers/promises';
import type * as tf from '@tensorflow/tfjs';
import { serveOptions } from '../../../src/cli/serve_options';
import { Metrics } from '../../../src/serving/http/metrics';
import { createHttpServer, type HttpServer } from '../../../src/serving/http/server';
import { ServedModel } from '../../../src/serving/model/served_model';
import { PredictService } from '../../../src/serving/model/service';
import type { ServedModels, ServedVersion } from '../../../src/serving/models/served';
import { readServerOptions } from '../../../src/serving/options';
import { saved } from './models';

export interface Served {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** `URL/v1/models/net` */
  readonly base: string;
  readonly server: HttpServer;
  /** The model as it was loaded by the server. */
  readonly model: tf.LayersModel;
}

const open = new Set<HttpServer>();

/** Saves a model, and serves it in this process, on the backend in use. */
export async function serve(model: tf.LayersModel, ...args: string[]): Promise<Served> {
  const folder = await saved(model);
  const options = readServerOptions('test', serveOptions([folder, '--name', 'net', ...args]));
  const served = await ServedModel.load(folder);
  const metrics = new Metrics();
  const service = new PredictService(served, options, metrics.ofThread());
  const server = createHttpServer(onlyModel(service), options, metrics);
  open.add(server);
  const url = await server.http.listen({ host: options.host, port: 0 });
  return { url, base: `${url}/v1/models/net`, server, model: served.layers };
}

/** Version 1 of the model "net". */
function onlyModel(service: PredictService): ServedModels {
  const version: ServedVersion = {
    ...{ number: 1, state: 'AVAILABLE', error: '', signature: service.signature },
    predict: (question, signal) => service.predict(question, signal),
  };
  const find = (number = 1) => (number === 1 ? version : undefined);
  const versions = { find, all: () => [version] };
  return { get: (name) => (name === 'net' ? versions : undefined), names: () => ['net'] };
}

/** Ends servers and their connections. */
export async function closeAll(): Promise<void> {
  for (const { http } of open) {
    http.server.closeAllConnections();
    await http.close();
  }
  open.clear();
  await sleep(0);
}
