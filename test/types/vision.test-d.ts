import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expectTypeOf } from 'expect-type';
import { recallAtK } from 'tfjs-bitcore/retrieval';
import {
  binaryDescriptor,
  Boq,
  boq,
  FusedSelfAttention,
  gemPooling,
  packBits,
  salad,
  tatBase,
  visionTransformer,
  type BoqOptions,
} from 'tfjs-bitcore/vision';

/*
 * What users' compilers see of `tfjs-bitcore/vision` and `tfjs-bitcore/retrieval`. Never run: tsc checks it.
 */

expectTypeOf(packBits(new Float32Array(8), 8)).toEqualTypeOf<Uint8Array>();
const sizes = { patchSize: 4, width: 8, depth: 2, numHeads: 2 };
expectTypeOf(visionTransformer({ ...sizes, imageSize: [8, 16] })).toEqualTypeOf<LayersModel>();
expectTypeOf(tatBase({ ternary: false })).toEqualTypeOf<LayersModel>();
expectTypeOf(new FusedSelfAttention({ numHeads: 2 }).numHeads).toEqualTypeOf<number>();
// @ts-expect-error: imageSize is required
visionTransformer(sizes);
// @ts-expect-error: one of two styles
visionTransformer({ ...sizes, imageSize: 8, style: 'vit' });
// @ts-expect-error: a preset has its own width
tatBase({ width: 8 });

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
