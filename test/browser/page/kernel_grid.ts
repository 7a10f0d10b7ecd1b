import * as tf from '@tensorflow/tfjs';
import { engineInfo, packTernary, ternaryMatMul, type EngineName } from 'tfjs-bitcore';
import { forceEngine, freeEngines } from '../../support/forced_engine';
import { inputsFor, productsOf, SHAPES } from '../../support/product_grid';
import { referenceProduct, type Product } from '../../support/product_reference';
import { mismatch } from '../../support/compare';
import { productsInHeap } from './heap';

export interface GridReport {
  /** Products that were compared with plain integers. */
  readonly compared: number;
  /** How many of them a kernel computed in tfjs's own heap. */
  readonly inHeap: number;
  readonly failures: string[];
}

/** The whole grid on the current backend, by one engine; exact unless a tolerance is given. */
export async function kernelGrid(
  engine: EngineName | 'wgsl' | 'composed',
  tolerance = 0,
): Promise<GridReport> {
  if (engine !== 'wgsl' && engine !== 'composed') forceEngine(engine);
  try {
    return await compareAll(engine, tolerance);
  } finally {
    freeEngines();
  }
}

async function compareAll(engine: string, tolerance: number): Promise<GridReport> {
  const info = engineInfo();
  if (info.engine !== engine) throw new Error(`not ${engine} but ${JSON.stringify(info)}`);
  const report = { compared: 0, inHeap: -productsInHeap(), failures: [] as string[] };
  for (const shape of SHAPES) {
    for (const [name, product] of productsOf(shape, inputsFor(shape[1]))) {
      const problem = mismatch(await computed(product), referenceProduct(product), tolerance);
      if (problem != null) report.failures.push(`${shape.join(' x ')}, ${name}: ${problem}`);
      report.compared++;
    }
  }
  report.inHeap += productsInHeap();
  return report;
}

async function computed(product: Product): Promise<ArrayLike<number>> {
  const { x, ternary, scale, bias, rows, inFeatures, units, eps, activation } = product;
  const packed = packTernary(tf.tensor2d(ternary, [inFeatures, units]));
  const args = {
    x: tf.tensor2d(x, [rows, inFeatures]),
    packed,
    scale: tf.tensor1d(scale),
    bias: bias && tf.tensor1d(bias),
    eps,
    activation,
  };
  const y = ternaryMatMul(args);
  const values = await y.data();
  tf.dispose([y, args]);
  return values;
}
