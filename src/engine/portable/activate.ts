import type { Activation } from '../ternary_product';

export function activate(y: Float32Array, activation: Activation | undefined): void {
  if (activation == null || activation === 'linear') return;
  // Not Math.max, which makes the loop several times slower; this keeps NaN too.
  for (let i = 0; i < y.length; i++) if (y[i]! < 0) y[i] = 0;
  if (activation === 'relu') return;
  for (let i = 0; i < y.length; i++) if (y[i]! > 6) y[i] = 6;
}
