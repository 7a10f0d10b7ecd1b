/* The grid of the tests on the GPU at hand, in every form of the programs. */
import type { WebGPUBackend } from '../../src/tfjs/webgpu_programs';
import { mismatch } from '../../test/support/compare';
import { computedByForms, FORMS } from '../../test/support/gpu_forms';
import { inputsFor, productsOf, SHAPES } from '../../test/support/product_grid';
import { referenceProduct } from '../../test/support/product_reference';

export interface GridReport {
  /** `gemv packedDot`, say. */
  readonly form: string;
  readonly products: number;
  readonly values: number;
  /** Products with a value that is not that of plain integers, and the first of them. */
  readonly wrong: number;
  first?: string;
}

export async function checkGrid(backend: WebGPUBackend): Promise<GridReport[]> {
  const reports = FORMS.map(({ tile, packedDot }) => ({
    ...{ form: `${tile}, ${packedDot ? 'packed' : 'plain'} dot`, products: 0, values: 0, wrong: 0 },
    first: undefined as string | undefined,
  }));
  for (const shape of SHAPES) {
    for (const [name, product] of productsOf(shape, inputsFor(shape[1]))) {
      const expected = referenceProduct(product);
      for (const [i, y] of (await computedByForms(backend, product)).entries()) {
        const report = reports[i];
        const problem = mismatch(y, expected, 0);
        report.products++;
        report.values += y.length;
        if (problem == null) continue;
        report.wrong++;
        report.first ??= `${shape.join(' x ')}, ${name}: ${problem}`;
      }
    }
  }
  return reports.map(({ first, ...report }) => ({ ...report, ...(first && { first }) }));
}
