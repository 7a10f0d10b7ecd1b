import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { folder } from 'tfjs-bitcore/folder';
import { packBits } from 'tfjs-bitcore/vision';
import { describeBy, descriptorsOf } from '../../../examples/places/descriptors';
import { isSamePlace, type Place } from '../../../examples/places/world/city';
import { viewsOf, type Views } from '../../../examples/places/world/views';
import { planOf } from '../../../examples/places/plan';
import { SEED, SIZES } from './untrained';

const MATCHES = 5;

/** What the page is to show of a match. */
export interface Expected {
  readonly view: number;
  readonly bits: number;
  readonly metres: number;
  readonly right: boolean;
}

/** For each query, what Node finds by the net of a folder and a plain comparison of all bits. */
export async function expectedMatches(out: string): Promise<Expected[][]> {
  await tf.setBackend('wasm');
  const net = await tf.loadLayersModel(folder(join(out, 'nets', 'ternary')));
  const plan = planOf(SEED, SIZES);
  const [known, asked] = [
    await described(net, await viewsOf(plan.database, join(out, 'node', 'database.bin'))),
    await described(net, await viewsOf(plan.queries, join(out, 'node', 'queries.bin'))),
  ];
  net.dispose();
  return asked.map((query) =>
    known
      .map((match, view) => expectedOf(query, match, view))
      .sort((a, b) => a.bits - b.bits || a.view - b.view)
      .slice(0, MATCHES),
  );
}

interface Described {
  readonly code: Uint8Array;
  readonly place: Place;
}

async function described(net: tf.LayersModel, views: Views): Promise<Described[]> {
  const descriptors = descriptorsOf(describeBy(net), views);
  const rows = (await descriptors.array()).map((row) => Float32Array.from(row));
  descriptors.dispose();
  return rows.map((row, i) => ({ code: packBits(row, row.length), place: views.places[i] }));
}

function expectedOf(query: Described, match: Described, view: number): Expected {
  const different = match.code.map((byte, i) => byte ^ query.code[i]);
  return {
    view,
    bits: different.reduce((sum, byte) => sum + onesOf(byte), 0),
    metres: Math.round(Math.hypot(match.place.x - query.place.x, match.place.y - query.place.y)),
    right: isSamePlace(match.place, query.place),
  };
}

function onesOf(byte: number): number {
  return byte.toString(2).replaceAll('0', '').length;
}
