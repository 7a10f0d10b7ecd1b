import { printTable, type Cells } from '../support/tables';
import type { Report } from './measure';
import type { ShapeTimes, Times } from './timing';

export function printReport(where: string, report: Report): void {
  const { adapter, engine, readyMs, grid, times, errors } = report;
  console.log(`${where}: ${JSON.stringify(adapter)}, engine ${engine}, ready() ${ms(readyMs)} ms`);
  for (const { form, products, values, wrong, first } of grid) {
    const problem = first == null ? '' : `; first: ${first}`;
    console.log(`${form}: ${wrong} of ${products} products (${values} values) differ${problem}`);
  }
  for (const error of errors) console.log(`The device reported: ${error}`);
  printTable(`Packed products and those of tfjs in float32, ${where}`, times.map(cells));
}

function cells({ shape, goal, ours, float }: ShapeTimes): Cells {
  const ratio = (kind: keyof Times) =>
    ours[kind] == null || float[kind] == null ? '' : (float[kind] / ours[kind]).toFixed(2);
  return {
    'm,k,n': shape.join(','),
    'read: ms': ms(ours.read),
    'tfjs ms': ms(float.read),
    'times faster': ratio('read'),
    goal: `${goal}`,
    'streamed: ms': ms(ours.streamed),
    "tfjs's ms": ms(float.streamed),
    faster: ratio('streamed'),
    'on the GPU: ms': ms(ours.onGpu),
    'of tfjs: ms': ms(float.onGpu),
    'x faster': ratio('onGpu'),
    'words GB/s': wordsPerSecond(shape, ours.onGpu ?? ours.streamed),
  };
}

function ms(time: number | undefined): string {
  return time == null ? '' : time.toFixed(time < 10 ? 3 : 1);
}

/** Bytes of packed words, which are read at least once: at one row nearly all that is read. */
function wordsPerSecond([, inputs, outputs]: ShapeTimes['shape'], time: number): string {
  return ((inputs * outputs) / 4 / time / 1e6).toFixed(1);
}
