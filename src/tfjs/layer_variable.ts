import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';

/*
 * Relies on the content of a LayerVariable: its field `val`, a variable of tfjs-core, which `read()` returns
 * as it is (although the type says that it is a tensor), and its `originalName`, the name of the weight after
 * the names of the wrapper or layer that was applied when the weight was made: "wrapper/kernel".
 */

/** Whether the weight was freed. `read()` cannot show this, as it then throws an error. */
export function isDisposed(weight: LayerVariable): boolean {
  return (weight as unknown as { readonly val: Variable }).val.isDisposed;
}

/** Sets a weight as an optimizer does: `write()` would apply the constraint, which `fit` never does. */
export function assign(weight: LayerVariable, value: Tensor): void {
  (weight.read() as Variable).assign(value);
}

/** A weight's name without the scopes of the layer and wrappers around it. */
export function weightName({ originalName }: LayerVariable): string {
  return originalName.slice(scopeEnd(originalName));
}

/** The prefix of a weight's name, including the slash; empty for a layer built outside `apply`. */
export function weightScope({ originalName }: LayerVariable): string {
  return originalName.slice(0, scopeEnd(originalName));
}

function scopeEnd(originalName: string): number {
  return originalName.lastIndexOf('/') + 1;
}
