/**
 * WebAssembly has no instruction to prefetch. A gemv reads the weights of four outputs side by side: four streams of a kilobyte
 * each, with 4096 inputs, which end before the processor's prefetcher has learned to follow them. Where another product has
 * emptied the caches, the gemv then waits for memory most of the time. So it also loads a word of each cache line of the next
 * tile: one long ascending stream, which the prefetcher runs ahead of. That is a gain from memory, and costs a little where the
 * weights are in the cache: `npm run bench` measures both, in turns with another net and by itself.
 */
import { runTime } from './run_time';

/** Joins a word at this address to those that were touched before; the first ones are 0. */
// @ts-ignore: decorator
@inline
export function touch(touched: i32, address: usize): i32 {
  return touched | load<i32>(address);
}

/** The sums as they are, but a compiler must take them to depend on what was touched, or it would drop the loads. */
// @ts-ignore: decorator
@inline
export function afterTouching(touched: i32, sums: v128, positive: i32): v128 {
  return v128.or(sums, i32x4.splat(touched & runTime(0, positive)));
}
