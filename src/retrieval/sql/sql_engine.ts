import { argumentError } from '../../errors';
import {
  notBuilt,
  type EngineSearch,
  type FoundPlace,
  type Place,
  type PlaceEngine,
} from '../place_engine';
import { addPlaces } from './add';
import { bitTexts } from './codes';
import { rowsOf, type Connection, type Query } from './connection';
import { exists, MOST_BITS, openTables } from './schema';
import { nearest, useHnsw } from './search';

/** Keeps the places in a table of PostgreSQL with its extension pgvector: the same SQL on any server. */
export class SqlEngine implements PlaceEngine {
  private bits = 0;
  private connection!: Connection;
  private hasHnsw = false;

  /** @param table a name that needs no quotes in SQL. */
  constructor(
    readonly name: string,
    private readonly table: string,
    private readonly connect: () => Promise<Connection>,
  ) {}

  async open(bits: number): Promise<void> {
    if (bits > MOST_BITS) throw argumentError(this.name, 'bits', `at most ${MOST_BITS}`, bits);
    const connection = await this.connect();
    try {
      await connection.transaction((query) => openTables(this.name, query, this.table, bits));
      this.hasHnsw = await exists(connection.query, this.hnsw);
    } catch (error) {
      await connection.close();
      throw error;
    }
    this.connection = connection;
    this.bits = bits;
  }

  async add(places: readonly Place[]): Promise<void> {
    const { table, bits } = this;
    await this.connection.transaction((query) => addPlaces(query, table, bits, places));
  }

  async search(descriptors: Uint8Array, options: EngineSearch): Promise<FoundPlace[][]> {
    const codes = bitTexts(descriptors, this.bits / 8);
    if (!options.approximate) return this.nearestOfAll(this.connection.query, codes, options);
    await this.checkHnsw();
    return this.connection.transaction(async (query) => {
      await useHnsw(query, options.k);
      return this.nearestOfAll(query, codes, options);
    });
  }

  /** One statement a query: PostgreSQL shares one among its processes, and not a list of them. */
  private async nearestOfAll(
    query: Query,
    codes: readonly string[],
    options: EngineSearch,
  ): Promise<FoundPlace[][]> {
    const found: FoundPlace[][] = [];
    for (const code of codes) {
      found.push(await nearest(query, this.table, this.bits, code, options));
    }
    return found;
  }

  async remove(ids: readonly string[]): Promise<number> {
    const sql = `
      with gone as (
        delete from ${this.table} where id in (select json_array_elements_text($1::text::json)) returning 1
      )
      select count(*)::integer as count from gone`;
    return this.count(sql, JSON.stringify(ids));
  }

  async size(): Promise<number> {
    return this.count(`select count(*)::integer as count from ${this.table}`);
  }

  private async count(sql: string, ...parameters: unknown[]): Promise<number> {
    const [row] = await rowsOf<{ count: number }>(this.connection.query, sql, ...parameters);
    return row!.count;
  }

  async buildApproximate(): Promise<void> {
    const on = `${this.table} using hnsw (code bit_hamming_ops)`;
    await this.connection.query(`create index if not exists ${this.hnsw} on ${on}`);
    this.hasHnsw = true;
  }

  /** Another client may have built it since. */
  private async checkHnsw(): Promise<void> {
    this.hasHnsw ||= await exists(this.connection.query, this.hnsw);
    if (!this.hasHnsw) throw notBuilt();
  }

  private get hnsw(): string {
    return `${this.table}_hnsw`;
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}
