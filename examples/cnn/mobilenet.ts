import { randomFillSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { convert, deploy, planConversion, verify } from 'tfjs-bitcore';
import { useFastestBackend } from '../support/backend';
import type { Row } from './report';
import { millisecondsOnWasm, save } from './saved_nets';

/** A MobileNet v2 with three Dense layers behind it, as the npm package nsfwjs publishes it; without its weights. */
const TOPOLOGY = join(__dirname, '../../test/topologies/nsfwjs_mobilenet_v2/model.json');
const IMAGE = [224, 224, 3];
const ROUNDS = 20;

/** Converts and packs the net, without training, and times it: what it would be right about does not matter here. */
export async function packMobileNet(
  out: string,
): Promise<{ readonly rows: Row[]; readonly identical: boolean }> {
  await useFastestBackend('wasm');
  const float = await madeUpNet();
  console.log(`${planConversion(float)}\n`);
  const ternary = convert(float);
  const deployed = deploy(ternary);
  const image = tf.randomNormal([1, ...IMAGE]);
  const { identical, layers } = await verify(ternary, deployed, image);
  image.dispose();
  const nets = { float, deployed };
  const names = Object.keys(nets);
  const bytes: number[] = [];
  for (const [name, net] of Object.entries(nets)) bytes.push(await save(net, out, name));
  for (const net of [float, ternary, deployed]) net.dispose();
  const milliseconds = await millisecondsOnWasm(out, names, IMAGE, ROUNDS);
  return {
    rows: names.map((net, i) => ({ net, bytes: bytes[i], latencyMs: milliseconds[i] })),
    identical: identical && layers.every((layer) => layer.identical),
  };
}

/** Its weights are in the ranges of the published ones, whose bytes are made up. */
function madeUpNet(): Promise<tf.LayersModel> {
  const { modelTopology, weightsManifest } = JSON.parse(
    readFileSync(TOPOLOGY, 'utf8'),
  ) as tf.io.ModelJSON;
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const weightData = randomFillSync(new Uint8Array(bytesOf(weightSpecs))).buffer;
  return tf.loadLayersModel(
    tf.io.fromMemory({ modelTopology: modelTopology as object, weightSpecs, weightData }),
  );
}

/** All of them are quantized to a byte. */
function bytesOf(specs: readonly tf.io.WeightsManifestEntry[]): number {
  return specs.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape), 0);
}
