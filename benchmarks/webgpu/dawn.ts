/* `navigator.gpu` in Node, by Dawn: the file dawn.node of the npm package `webgpu`, beside the program. */
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

interface Dawn {
  readonly globals: object;
  create(options: string[]): unknown;
}

const program = resolve(process.argv[1]);
const dawn = createRequire(program)('./dawn.node') as Dawn;
Object.assign(globalThis, dawn.globals);
/** Timestamps that are not rounded to 0.1 ms. */
const gpu = dawn.create([
  'enable-dawn-features=allow_unsafe_apis',
  'disable-dawn-features=timestamp_quantization',
]);
Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
