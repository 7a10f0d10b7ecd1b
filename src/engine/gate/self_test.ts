import { groupsOf, type GateRows } from './gate_rows';
import type { GateMicrokernels } from './microkernels';
import { gateInOwnMemory } from './own_memory';
import { gatePortable } from './portable';

/** Widths with whole sixteens, eights and fours, and what is behind them. */
const WIDTHS = [1, 16, 43];

/** Whether the microkernels keep what the portable function keeps. */
export function passesSelfTest(microkernels: GateMicrokernels): boolean {
  return WIDTHS.every((width) =>
    ([1, 4] as const).every((groupSize) => {
      const keep = Math.floor(groupsOf({ width, groupSize }) / 2);
      const rows: GateRows = { width, groupSize, keep };
      const x = testRows(width);
      const [expected, actual] = [new Float32Array(x.length), new Float32Array(x.length)];
      gatePortable(x, rows, expected);
      gateInOwnMemory(microkernels, x, rows, actual);
      return expected.every((value, i) => Object.is(value, actual[i]));
    }),
  );
}

/** Different numbers, equal ones, some that differ in their lowest bits, and infinity; the same in every run. */
function testRows(width: number): Float32Array {
  const rows = [
    (i: number) => ((i * 97) % 255) / 7 - 11,
    (i: number) => (i % 3) - 1,
    (i: number) => 1 + ((i * 97) % 64) * 2 ** -23,
    (i: number) => (i === 0 ? -Infinity : i),
  ];
  return Float32Array.from(
    rows.flatMap((value) => Array.from({ length: width }, (_, i) => value(i))),
  );
}
