import { expectTypeOf } from 'expect-type';
import { recallAtK } from 'tfjs-bitcore/retrieval';
import {
  binaryDescriptor,
  Boq,
  boq,
  gemPooling,
  packBits,
  salad,
  type BoqOptions,
} from 'tfjs-bitcore/vision';

/*
 * What users' compilers see of `tfjs-bitcore/vision` and `tfjs-bitcore/retrieval`. Never run: tsc checks it.
 */

expectTypeOf(packBits(new Float32Array(8), 8)).toEqualTypeOf<Uint8Array>();
// @ts-expect-error: floats
packBits([1, 2]);

expectTypeOf(recallAtK([['a']], [['a']], 1)).toEqualTypeOf<number>();
// @ts-expect-error: ids of one type
recallAtK([['a']], [[1]], 1);

expectTypeOf(boq({ grid: [2, 3] })).toEqualTypeOf<Boq>();
expectTypeOf<BoqOptions['grid']>().toEqualTypeOf<[height: number, width: number] | undefined>();
salad({ clusters: 64, name: 'head' });
binaryDescriptor();
// @ts-expect-error: one of two words
gemPooling({ normalizeOver: 'patches' });
// @ts-expect-error: no such option
gemPooling({ power: 3 });
