import { geluModule } from './module';
import { geluGradientInOwnMemory, geluInOwnMemory } from './own_memory';
import { geluGradientPortable, geluPortable, type GeluForm } from './portable';

/** GELU of a JavaScript array into `y`, by the microkernels where they can be used. */
export function geluArray(x: Float32Array, form: GeluForm, y: Float32Array): void {
  const isDone = geluModule.tryInOwnMemory((microkernels) => {
    geluInOwnMemory(microkernels, x, form, y);
  });
  if (!isDone) geluPortable(x, form, y);
}

export function geluGradientArray(
  x: Float32Array,
  dy: Float32Array,
  form: GeluForm,
  dx: Float32Array,
): void {
  const isDone = geluModule.tryInOwnMemory((microkernels) => {
    geluGradientInOwnMemory(microkernels, x, dy, form, dx);
  });
  if (!isDone) geluGradientPortable(x, dy, form, dx);
}
