import type { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expectTypeOf } from 'expect-type';
import { folder } from 'tfjs-bitcore/folder';

/*
 * What users' compilers see of `tfjs-bitcore/folder`, by the types in dist/. Never run: tsc checks it.
 */

expectTypeOf(folder('models/tiny')).toExtend<io.IOHandler>();
expectTypeOf(folder('models/tiny')).toExtend<Parameters<LayersModel['save']>[0]>();
expectTypeOf(folder('models/tiny').path).toEqualTypeOf<string>();
// @ts-expect-error: a path
folder();
