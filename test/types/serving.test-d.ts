import { expectTypeOf } from 'expect-type';
import { createServer, type LoadedModel, type ModelServer } from 'tfjs-bitcore/serving';

/*
 * What users' compilers see of `tfjs-bitcore/serving`, by the types in dist/. Never run: tsc checks it.
 */

const server = createServer({ models: { digits: 'models/digits' } });
expectTypeOf(server).toEqualTypeOf<ModelServer>();
expectTypeOf(server.address).toEqualTypeOf<string | undefined>();
expectTypeOf(server.start()).resolves.toEqualTypeOf<readonly LoadedModel[]>();
// @ts-expect-error: folders by name
createServer({ models: 'models/digits' });
// @ts-expect-error: a number
createServer({ models: { digits: 'models/digits' }, port: '8501' });
