/**
 * Indexes of places by binary descriptor, in memory, PGlite or PostgreSQL, and their recall.
 *
 * @module tfjs-bitcore/retrieval
 */
export { memoryEngine, type MemoryEngine, type MemoryEngineOptions } from './memory/memory_engine';
export { placeIndex, type PlaceIndexOptions } from './open_index';
export { pgliteEngine, type PgliteEngineOptions } from './pglite/pglite_engine';
export type { EngineSearch, FoundPlace, Near, Place, PlaceEngine, Position } from './place_engine';
export type { PlaceIndex, PlaceMatch, SearchOptions } from './place_index';
export { recallAtK } from './recall_at_k';
export type { Query } from './sql/connection';
export {
  postgresEngine,
  type PostgresClient,
  type PostgresEngineOptions,
  type PostgresPool,
} from './sql/postgres_engine';
