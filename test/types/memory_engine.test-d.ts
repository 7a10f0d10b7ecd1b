import { expectTypeOf } from 'expect-type';
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
// @ts-expect-error: bytes, not the path of a file
memoryEngine({ saved: 'places.bin' });
