import * as tf from '@tensorflow/tfjs';
import { sparsityGate } from 'tfjs-bitcore';
import { GATE_SCOPES, GATE_SPARSITIES, gateCases } from '../../support/gate_grid';
import { hashOf } from '../../support/normalization_grid';

/** The hashes of the outputs in each scope, on the current backend. */
export function gateHashes(): Record<string, number> {
  const hashes: Record<string, number> = {};
  for (const scope of GATE_SCOPES) {
    let hash: number | undefined;
    for (const { rows, width, x } of gateCases()) {
      for (const sparsity of GATE_SPARSITIES) {
        const gate = sparsityGate({ scope, sparsity });
        tf.tidy(() => {
          const y = gate.apply(tf.tensor(x, [rows, width])) as tf.Tensor;
          hash = hashOf(y.dataSync<'float32'>(), hash);
        });
      }
    }
    hashes[scope] = hash!;
  }
  return hashes;
}
