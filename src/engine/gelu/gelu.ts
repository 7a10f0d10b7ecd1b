import { geluModule } from './microkernels';
import { geluGradientInOwnMemory, geluInOwnMemory } from './own_memory';
import { geluGradientPortable, geluPortable, type GeluForm } from './portable';

/** GELU of a JavaScript array into `y`, by the microkernels where they can be used. */
export function geluArray(x: Float32Array, form: GeluForm, y: Float32Array): void {
  const microkernels = geluModule.onOwnMemory();
  if (microkernels == null) geluPortable(x, form, y);
  else geluInOwnMemory(microkernels, x, form, y);
}

export function geluGradientArray(
  x: Float32Array,
  dy: Float32Array,
  form: GeluForm,
  dx: Float32Array,
): void {
  const microkernels = geluModule.onOwnMemory();
  if (microkernels == null) geluGradientPortable(x, dy, form, dx);
  else geluGradientInOwnMemory(microkernels, x, dy, form, dx);
}
