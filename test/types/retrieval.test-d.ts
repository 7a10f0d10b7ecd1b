import { expectTypeOf } from 'expect-type';
import type pg from 'pg';
import {
  pgliteEngine,
  placeIndex,
  postgresEngine,
  type PlaceEngine,
  type PlaceIndex,
  type PlaceMatch,
} from 'tfjs-bitcore/retrieval';

/*
 * What users' compilers see of `tfjs-bitcore/retrieval`, by the types in dist/. Never run: tsc checks it.
 */

declare const pool: pg.Pool;
expectTypeOf(postgresEngine({ pool })).toEqualTypeOf<PlaceEngine>();
const engine = pgliteEngine({ folder: 'places' });
expectTypeOf(engine).toEqualTypeOf<PlaceEngine>();
expectTypeOf(placeIndex({ bits: 8, engine })).resolves.toEqualTypeOf<PlaceIndex>();

declare const index: PlaceIndex;
const found = index.search(new Uint8Array(1), { k: 1 });
expectTypeOf(found).resolves.toEqualTypeOf<PlaceMatch[][]>();
// @ts-expect-error: the number of places
void index.search(new Uint8Array(1), {});
// @ts-expect-error: bytes
void index.add([{ id: 'a', descriptor: new Float32Array(8) }]);
