import { env, type KernelFunc } from '@tensorflow/tfjs-core';
import type { Backend } from './backend';
import { composed } from './composed';

/** Why packed layers are for other backends, and what to do. */
export const WEBGL_ADVICE = {
  problem:
    'The backend webgl has no packed products: ternary layers are often slower there than float ones.',
  remedy:
    "import @tensorflow/tfjs-backend-wasm, and await tf.setBackend('wasm'); or, without convolutions, use webgpu and await ready().",
};

let isAdvised = false;

/** Once for a program; like what TensorFlow.js says, not in its production mode. */
function advise(): void {
  if (isAdvised || env().getBool('PROD')) return;
  isAdvised = true;
  console.warn(`tfjs-bitcore: ${WEBGL_ADVICE.problem} Faster: ${WEBGL_ADVICE.remedy}`);
}

function advising(compute: KernelFunc): KernelFunc {
  return (params) => {
    advise();
    return compute(params);
  };
}

function webglBackend(): Backend {
  const { tfjsKernels, ...backend } = composed('webgl');
  const { TernaryMatMul, TernaryConv2D } = tfjsKernels;
  return {
    ...backend,
    tfjsKernels: {
      TernaryMatMul: advising(TernaryMatMul),
      TernaryConv2D: advising(TernaryConv2D),
    },
  };
}

export const webgl = webglBackend();
