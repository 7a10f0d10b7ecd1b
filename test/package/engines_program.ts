/*
 * A program for engine_selection.test.ts: tells which engines work in this process, how many products
 * of the grid each of them gets wrong, and how many the op gets wrong. Arguments are flags, NAME=VALUE.
 */
import * as tf from '@tensorflow/tfjs';
import { engineInfo, type EngineInfo } from '../../src';
import { WASM_ENGINE_NAMES, type WasmEngineName } from '../../src/engine/wasm/engines';
import { OwnMemoryEngine } from '../../src/engine/wasm/own_memory';
import { pack } from '../../src/packing/int2';
import { productsOf, SHAPES } from '../support/product_grid';
import { opProduct } from '../support/product_op';
import { referenceProduct, type Product } from '../support/product_reference';

export interface EnginesReport {
  readonly info: EngineInfo;
  readonly compared: number;
  /** Wrong products of the op, by the engine it chose. */
  readonly wrongByOp: number;
  /** Wrong products of each WebAssembly engine that can be compiled, refused ones too. */
  readonly wrongByEngine: Partial<Record<WasmEngineName, number>>;
}

const products = SHAPES.filter(([, inFeatures]) => inFeatures < 5000).flatMap((shape) =>
  [...productsOf(shape, ['random', 'all 127', 'all -127'])].map(([, product]) => product),
);
const expected = products.map(referenceProduct);

function countWrong(compute: (product: Product) => ArrayLike<number>): number {
  return products.filter((product, i) => {
    const actual = compute(product);
    return !expected[i].every((value, j) => value === actual[j]);
  }).length;
}

function computedBy(name: WasmEngineName, engine: OwnMemoryEngine) {
  return (product: Product) => {
    const { ternary, inFeatures, units, rows } = product;
    const packed = pack(ternary, inFeatures, units);
    const y = new Float32Array(rows * units);
    engine.upload(packed, () => packed);
    engine.compute(name, product, packed, y);
    engine.release(packed);
    return y;
  };
}

async function report(): Promise<EnginesReport> {
  await tf.setBackend('cpu');
  for (const [name, value] of process.argv.slice(2).map((flag) => flag.split('='))) {
    tf.env().set(name, Number(value));
  }
  const info = engineInfo();
  const wrongByOp = countWrong((product) => opProduct(product, 'int8'));
  const engine = new OwnMemoryEngine();
  const names = WASM_ENGINE_NAMES.filter((name) => engine.supports(name));
  const counts = names.map((name) => [name, countWrong(computedBy(name, engine))]);
  return { info, compared: products.length, wrongByOp, wrongByEngine: Object.fromEntries(counts) };
}

void report().then((result) => process.stdout.write(JSON.stringify(result)));
