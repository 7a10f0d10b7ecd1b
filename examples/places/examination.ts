import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { deploy, setSparsity, verify } from 'tfjs-bitcore';
import { folder } from 'tfjs-bitcore/folder';
import { weightBytes } from '../support/measure';
import { viewTensor } from './batches';
import { describeBy, describeByPixels, descriptorsOf, type Describe } from './descriptors';
import { standardErrorOfShare, type Row } from './results';
import { recallsOf, rightAnswers, searchBinary, searchFloat, type Found } from './search';
import type { Surveys } from './surveys';

/** Shares of the inputs that a sparse net leaves out. */
export const SPARSITIES = [0, 0.2, 0.4, 0.6];
/** Views on which the outputs of a trained and a deployed net are compared. */
const VERIFIED_VIEWS = 32;
const BYTES_PER_FLOAT = 4;

/** How the table calls the sparse net at a sparsity. */
export const sparseName = (sparsity: number) => `sparse ${Math.round(100 * sparsity)} %`;

/** What is the same for float and binary descriptors of a net. */
type Candidate = Pick<Row, 'name' | 'modelBytes' | 'sparsity'>;

/** Lets nets find the queries in the database, and keeps the figures. */
export class Examination {
  readonly rows: Row[] = [];
  /** Whether each deployed net gave the floats of its trained one. */
  identical = true;
  readonly right: number[][];

  /** Nets are saved in folders of `out`. */
  constructor(
    private readonly surveys: Surveys,
    private readonly out: string,
  ) {
    this.right = rightAnswers(surveys);
  }

  /** The right answers by chance, and those without learning. */
  async withoutNets(): Promise<void> {
    const { database } = this.surveys;
    const answers = this.right.reduce((total, { length }) => total + length, 0);
    const share = answers / this.right.length / database.places.length;
    this.rows.push({
      ...{ name: 'chance', binary: false, modelBytes: 0, databaseBytes: 0, searchMs: 0 },
      standardError: 0,
      ...{ at1: share, at5: 1 - (1 - share) ** 5, at10: 1 - (1 - share) ** 10 },
    });
    await this.examine({ name: 'coarse pixels', modelBytes: 0 }, describeByPixels, ['float']);
  }

  async float(name: string, net: tf.LayersModel): Promise<void> {
    const modelBytes = await this.save(net, name);
    await this.examine({ name, modelBytes }, describeBy(net), ['float', 'binary']);
  }

  /** @returns what its binary descriptors found. */
  async ternary(name: string, net: tf.LayersModel): Promise<number[][]> {
    const deployed = await this.deployed(net);
    const modelBytes = await this.save(deployed, name);
    const describe = describeBy(deployed);
    const [, binary] = await this.examine({ name, modelBytes }, describe, ['float', 'binary']);
    deployed.dispose();
    return binary.matches;
  }

  async sparse(name: string, net: tf.LayersModel): Promise<void> {
    const deployed = await this.deployed(net);
    const modelBytes = await this.save(deployed, name);
    for (const sparsity of SPARSITIES) {
      for (const each of [net, deployed]) setSparsity(each, sparsity);
      await this.verify(net, deployed);
      const candidate = { name: sparseName(sparsity), modelBytes, sparsity };
      await this.examine(candidate, describeBy(deployed), ['float', 'binary']);
    }
    deployed.dispose();
  }

  private async deployed(net: tf.LayersModel): Promise<tf.LayersModel> {
    const deployed = deploy(net);
    await this.verify(net, deployed);
    return deployed;
  }

  private async verify(net: tf.LayersModel, deployed: tf.LayersModel): Promise<void> {
    const views = viewTensor(this.surveys.queries.pixels, 0, VERIFIED_VIEWS);
    const { identical, layers } = await verify(net, deployed, views);
    this.identical &&= identical && layers.every((layer) => layer.identical);
    views.dispose();
  }

  private async save(net: tf.LayersModel, name: string): Promise<number> {
    const path = folderOf(this.out, name);
    await net.save(folder(path));
    return weightBytes(path);
  }

  /** Describes the views once, and searches by these descriptors as they are, or by their bits. */
  private async examine(
    { name, ...rest }: Candidate,
    describe: Describe,
    forms: ReadonlyArray<'float' | 'binary'>,
  ): Promise<Found[]> {
    const [database, queries] = [this.surveys.database, this.surveys.queries].map((views) =>
      descriptorsOf(describe, views),
    );
    const all: Found[] = [];
    for (const form of forms) {
      const binary = form === 'binary';
      const found = binary ? await searchBinary(database, queries) : searchFloat(database, queries);
      const { milliseconds: searchMs } = found;
      const databaseBytes = database.size * (binary ? 1 / 8 : BYTES_PER_FLOAT);
      const recalls = recallsOf(found, this.right);
      const standardError = standardErrorOfShare(recalls.at1, queries.shape[0]);
      const title = binary ? `${name}, binary` : name;
      const row = {
        ...rest,
        ...recalls,
        name: title,
        binary,
        databaseBytes,
        searchMs,
        standardError,
      };
      this.rows.push(row);
      console.log(`${title}: R@1 ${(100 * row.at1).toFixed(1)} %.`);
      all.push(found);
    }
    tf.dispose([database, queries]);
    return all;
  }
}

export function folderOf(out: string, name: string): string {
  return join(out, 'nets', name);
}
