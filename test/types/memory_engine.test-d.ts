import { expectTypeOf } from 'expect-type';
import { placeFile, type PlaceFile } from 'tfjs-bitcore/folder';
import { memoryEngine, placeIndex, type MemoryEngine } from 'tfjs-bitcore/retrieval';

/*
 * What users' compilers see of `memoryEngine`, by the types in dist/. Never run: tsc checks it.
 */

const engine = memoryEngine();
expectTypeOf(engine).toEqualTypeOf<MemoryEngine>();
expectTypeOf(engine.save).returns.resolves.toExtend<Uint8Array>();
expectTypeOf(memoryEngine({ saved: new Uint8Array(1) })).toExtend<
  Parameters<typeof placeIndex>[0]['engine']
>();
expectTypeOf(placeFile('places')).toEqualTypeOf<PlaceFile>();
expectTypeOf(engine.save).parameter(0).toEqualTypeOf<PlaceFile | undefined>();
expectTypeOf(memoryEngine({ saved: placeFile('places') })).toEqualTypeOf<MemoryEngine>();
// @ts-expect-error: bytes or a file, not the path of a file
memoryEngine({ saved: 'places.bin' });
