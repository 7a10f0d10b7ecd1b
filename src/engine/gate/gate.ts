import { fitsMicrokernels, type GateRows } from './gate_rows';
import { gateModule } from './module';
import { gateInOwnMemory } from './own_memory';
import { gatePortable } from './portable';

/** Gates the rows of a JavaScript array into `y`, by the microkernels where they can be used. */
export function gateArray(x: Float32Array, rows: GateRows, y: Float32Array): void {
  const isDone =
    fitsMicrokernels(rows) &&
    gateModule.tryInOwnMemory((microkernels) => gateInOwnMemory(microkernels, x, rows, y));
  if (!isDone) gatePortable(x, rows, y);
}
