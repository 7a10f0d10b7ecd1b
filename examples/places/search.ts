import * as tf from '@tensorflow/tfjs';
import { memoryEngine, placeIndex, recallAtK } from 'tfjs-bitcore/retrieval';
import { packBits } from 'tfjs-bitcore/vision';
import { isSamePlace } from './world/city';
import type { Surveys } from './surveys';

/** Answers that are asked for. */
const K = 10;
const QUERIES_PER_PRODUCT = 250;

/** Numbers of the views in the database that are nearest to each query, the nearest first. */
export interface Found {
  readonly matches: number[][];
  /** Milliseconds of a query. */
  readonly milliseconds: number;
}

export interface Recalls {
  /** Shares of the queries with a right answer among the first 1, 5 and 10. */
  readonly at1: number;
  readonly at5: number;
  readonly at10: number;
}

/** By the cosines of float descriptors of length 1. */
export function searchFloat(database: tf.Tensor2D, queries: tf.Tensor2D): Found {
  const start = performance.now();
  const [count, width] = queries.shape;
  const matches: number[][] = [];
  for (let first = 0; first < count; first += QUERIES_PER_PRODUCT) {
    const rows = Math.min(QUERIES_PER_PRODUCT, count - first);
    const found = tf.tidy(() => {
      const some = tf.slice(queries, [first, 0], [rows, width]);
      return tf.topk(tf.matMul(some, database, false, true), K).indices.arraySync() as number[][];
    });
    matches.push(...found);
  }
  return { matches, milliseconds: (performance.now() - start) / count };
}

/** By the bits in which binary descriptors differ. */
export async function searchBinary(database: tf.Tensor2D, queries: tf.Tensor2D): Promise<Found> {
  const bits = database.shape[1];
  const index = await placeIndex({ bits, engine: memoryEngine() });
  const [codes, wanted] = [packed(database), packed(queries)];
  await index.add(
    Array.from({ length: database.shape[0] }, (_, place) => ({
      id: String(place),
      descriptor: codes.subarray((place * bits) / 8, ((place + 1) * bits) / 8),
    })),
  );
  const start = performance.now();
  const found = await index.search(wanted, { k: K });
  const milliseconds = (performance.now() - start) / queries.shape[0];
  await index.close();
  return { matches: found.map((places) => places.map(({ id }) => Number(id))), milliseconds };
}

function packed(descriptors: tf.Tensor2D): Uint8Array {
  return packBits(descriptors.dataSync() as Float32Array, descriptors.shape[1]);
}

/** For each query, the views of the database that show its place. */
export function rightAnswers({ database, queries }: Surveys): number[][] {
  return queries.places.map((query) =>
    database.places.flatMap((place, i) => (isSamePlace(query, place) ? [i] : [])),
  );
}

export function recallsOf({ matches }: Found, right: number[][]): Recalls {
  const [at1, at5, at10] = [1, 5, 10].map((k) => recallAtK(matches, right, k));
  return { at1, at5, at10 };
}
