import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { ready } from 'tfjs-bitcore';
import { memoryEngine, placeIndex, type PlaceIndex } from 'tfjs-bitcore/retrieval';
import { packBits } from 'tfjs-bitcore/vision';
import { viewTensor } from '../../batches';
import { isSamePlace, type Place } from '../../world/city';
import { BYTES_PER_VIEW } from '../../world/survey';
import { fetched } from './fetched';
import type { Query } from './query';

/** Matches that are shown. */
const MATCHES = 5;

/** A view of the database that was found. */
export interface Match {
  /** Its number in the database. */
  readonly view: number;
  readonly place: Place;
  /** In which its descriptor differs from that of the query. */
  readonly bits: number;
  /** From the place of the query. */
  readonly metres: number;
  /** Whether it shows the same place. */
  readonly right: boolean;
}

export interface Answer {
  readonly matches: Match[];
  readonly describeMs: number;
  readonly searchMs: number;
}

/** The packed net and the descriptors of the database, both in this page. */
export class Finder {
  private constructor(
    private readonly net: tf.LayersModel,
    private readonly index: PlaceIndex,
    private readonly places: readonly Place[],
  ) {}

  /** @param places of the views of the database. */
  static async load(places: readonly Place[]): Promise<Finder> {
    setWasmPaths(new URL('.', location.href).href);
    if (!(await tf.setBackend('wasm'))) throw new Error('This browser does not run WebAssembly.');
    await ready();
    const net = await tf.loadLayersModel('net/model.json');
    const saved = new Uint8Array(await (await fetched('places.bin')).arrayBuffer());
    const bits = net.outputs[0].shape[1]!;
    const index = await placeIndex({ bits, engine: memoryEngine({ saved }) });
    const finder = new Finder(net, index, places);
    // The first use of a net takes longer.
    await finder.describe(new Uint8Array(BYTES_PER_VIEW));
    return finder;
  }

  get bits(): number {
    return this.index.bits;
  }

  async find({ pixels, place }: Query): Promise<Answer> {
    const start = performance.now();
    const descriptor = await this.describe(pixels);
    const described = performance.now();
    const from = { east: place.x, north: place.y };
    const [found] = await this.index.search(descriptor, { k: MATCHES, from });
    const searchMs = performance.now() - described;
    const matches = found.map(({ id, distance, metres }) => {
      const view = Number(id);
      const right = isSamePlace(this.places[view], place);
      return { view, place: this.places[view], bits: distance, metres: metres!, right };
    });
    return { matches, describeMs: described - start, searchMs };
  }

  private async describe(pixels: Uint8Array): Promise<Uint8Array> {
    const descriptor = tf.tidy(
      () => this.net.predictOnBatch(viewTensor(pixels, 0, 1)) as tf.Tensor,
    );
    const numbers = (await descriptor.data()) as Float32Array;
    descriptor.dispose();
    return packBits(numbers, this.index.bits);
  }
}
