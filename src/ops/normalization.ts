import {
  add,
  engine,
  getBackend,
  getKernel,
  mean,
  mul,
  registerGradient,
  rsqrt,
  square,
  sub,
  type NamedAttrMap,
  type Tensor,
} from '@tensorflow/tfjs-core';

/**
 * The tfjs kernels, by those of their gradients. LayerNorm has the inputs x [..., features], gamma [features] and
 * beta [features], RMSNorm has x and gamma.
 */
const GRADIENTS = { LayerNorm: 'LayerNormGradient', RMSNorm: 'RMSNormGradient' } as const;

type NormalizationName = keyof typeof GRADIENTS;
type GradientName = (typeof GRADIENTS)[NormalizationName];
export type NormalizationKernelName = NormalizationName | GradientName;

/** The attributes of all of these kernels. */
export interface NormalizationAttrs {
  readonly epsilon: number;
}

/**
 * (x - mean) / sqrt(variance + epsilon) * gamma + beta over the last axis.
 * @param x float32 [..., features].
 */
export function layerNorm(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): Tensor {
  if (isComposed('LayerNorm')) {
    return add(rmsNorm(sub(x, mean(x, -1, true)), gamma, epsilon), beta);
  }
  return run('LayerNorm', { x, gamma, beta }, epsilon);
}

/**
 * x / sqrt(mean(x^2) + epsilon) * gamma over the last axis.
 * @param x float32 [..., features].
 */
export function rmsNorm(x: Tensor, gamma: Tensor, epsilon: number): Tensor {
  if (isComposed('RMSNorm')) {
    return mul(mul(x, rsqrt(add(mean(square(x), -1, true), epsilon))), gamma);
  }
  return run('RMSNorm', { x, gamma }, epsilon);
}

/** On GPUs, and on backends that this package does not know, normalizations are composed of ops of tfjs. */
function isComposed(name: NormalizationName): boolean {
  return getKernel(name, getBackend()) == null;
}

function run(name: NormalizationName, inputs: Record<string, Tensor>, epsilon: number): Tensor {
  return engine().runKernel(name, inputs, { epsilon } satisfies NormalizationAttrs);
}

export function registerNormalizationGradients(): void {
  for (const [kernelName, gradient] of Object.entries(GRADIENTS)) {
    registerGradient({
      kernelName,
      inputsToSave: ['x', 'gamma'],
      gradFunc: (dy, saved, attrs) => gradients(gradient, dy as Tensor, saved, attrs),
    });
  }
}

/** All of them at once: tfjs would dispose of the others after asking for one. */
function gradients(name: GradientName, dy: Tensor, saved: Tensor[], attrs: NamedAttrMap) {
  const [x, gamma] = saved as [Tensor, Tensor];
  const [dx, dgamma, dbeta] = engine().runKernel<Tensor[]>(name, { x, gamma, dy }, attrs);
  return { x: () => dx!, gamma: () => dgamma!, beta: () => dbeta! };
}
