export type { EngineSearch, FoundPlace, Near, Place, PlaceEngine, Position } from './place_engine';
export { memoryEngine, type MemoryEngine, type MemoryEngineOptions } from './memory/memory_engine';
export { placeIndex, type PlaceIndexOptions } from './open_index';
export type { PlaceIndex, PlaceMatch, SearchOptions } from './place_index';
export { recallAtK } from './recall_at_k';
