/**
 * Windows of a quantized image as rows of a product: a row is what a window sees, line after line, in the order in which the
 * packed words have the inputs. Each row is gathered just before the product reads it: no memory holds all windows.
 */
import { blocksOf } from './scratch';
import { WindowArg } from './window_args';

/** Vectors are copied whole, so that the last one of a row may reach beyond it. */
const OVERRUN: usize = 16;

// @ts-ignore: decorator
@inline
function argument(args: usize, name: WindowArg): i32 {
  return load<i32>(args + (<usize>name << 2));
}

/** Bytes of a gathered row. */
// @ts-ignore: decorator
@inline
export function gatheredBytes(blocks: i32): usize {
  return (<usize>blocks << 6) + OVERRUN;
}

// @ts-ignore: decorator
@inline
export function scaleOfImage(windows: usize): f32 {
  return load<f32>(windows + (<usize>WindowArg.scale << 2));
}

/** Gathers window `index`, of k inputs, as a row of int8 that is padded with zeros to blocks of 64. */
export function gatherWindow(windows: usize, index: i32, k: i32, row: usize): void {
  const columns = argument(windows, WindowArg.columns);
  const below = index / columns, beside = index - below * columns;
  let line = <usize>argument(windows, WindowArg.image) + <usize>below * <usize>argument(windows, WindowArg.rowStep);
  line += <usize>beside * <usize>argument(windows, WindowArg.columnStep);
  const lines = argument(windows, WindowArg.lines), runs = argument(windows, WindowArg.runs);
  const lineStep = <usize>argument(windows, WindowArg.lineStep), runStep = <usize>argument(windows, WindowArg.runStep);
  const runBytes = <usize>argument(windows, WindowArg.runBytes);
  let to = row;
  for (let i = 0; i < lines; i++, line += lineStep) {
    let run = line;
    for (let j = 0; j < runs; j++, run += runStep, to += runBytes) {
      for (let at: usize = 0; at < runBytes; at += 16) v128.store(to + at, v128.load(run + at));
    }
  }
  const end = row + (<usize>blocksOf(k) << 6);
  for (to = row + <usize>k; to < end; to += 16) v128.store(to, i8x16.splat(0));
}

/** The sum of a gathered row. */
export function sumOfRow(row: usize, blocks: i32): i32 {
  let sum = i32x4.splat(0);
  for (const end = row + (<usize>blocks << 6); row < end; row += 16) {
    sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_s(i16x8.extadd_pairwise_i8x16_s(v128.load(row))));
  }
  return i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3);
}

/** Copies a gathered row in vectors, `stride` bytes from one to the next. */
export function spaceRow(row: usize, q: usize, stride: usize, blocks: i32): void {
  for (const end = row + (<usize>blocks << 6); row < end; row += 16, q += stride) v128.store(q, v128.load(row));
}
