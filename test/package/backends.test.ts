import * as tf from '@tensorflow/tfjs';
import { engineInfo, type EngineInfo } from '../../src';
import { BACKENDS, backendNamed } from '../../src/backends/backends';
import '../../src/backends/register_tfjs_kernels';
import { backendNames } from '../../src/ops/register';
import { TERNARY_CONV2D } from '../../src/ops/ternary_conv2d';
import { TERNARY_MAT_MUL } from '../../src/ops/ternary_mat_mul';

/** On a GPU, the backend's own kernels take their place. */
const NOT_ON_GPUS = [
  'ColumnSums',
  ...['ScaledDotProductAttention', 'SparsityGate', 'Gelu', 'GeluGradient'],
  ...['LayerNorm', 'LayerNormGradient', 'RMSNorm', 'RMSNormGradient'],
];

/** Not on tensorflow either: its own kernel of batch normalization is fast. */
const ON_CPU_AND_WASM = ['BatchNorm'];

/** What engineInfo says on a backend of that name, though it is not loaded. */
function infoOn(name: string): EngineInfo {
  const engine = tf.engine();
  const { backendName } = engine;
  engine.backendName = name;
  try {
    return engineInfo();
  } finally {
    engine.backendName = backendName;
  }
}

test('a backend is listed once, and found by its name', () => {
  const names = BACKENDS.map(({ name }) => name);
  expect(names).toEqual(['cpu', 'wasm', 'tensorflow', 'webgl', 'webgpu']);
  for (const backend of BACKENDS) expect(backendNamed(backend.name)).toBe(backend);
  expect(backendNamed('elsewhere')).toBeUndefined();
  expect(backendNames()).toBe('cpu, wasm, tensorflow, webgl or webgpu');
});

test('the tfjs kernels of every backend are registered, and no others', () => {
  for (const { name, tfjsKernels } of BACKENDS) {
    for (const [kernelName, kernelFunc] of Object.entries(tfjsKernels)) {
      expect(tf.getKernel(kernelName, name).kernelFunc).toBe(kernelFunc);
    }
    const isGPU = ['webgl', 'webgpu'].includes(name);
    const everywhere = [TERNARY_MAT_MUL, TERNARY_CONV2D];
    const names = [...everywhere, ...(isGPU ? [] : NOT_ON_GPUS)];
    if (['cpu', 'wasm'].includes(name)) names.push(...ON_CPU_AND_WASM);
    expect(Object.keys(tfjsKernels).sort()).toEqual(names.sort());
  }
});

test.each(['webgl', 'webgpu'])('engineInfo: ops of tfjs compute on %s', (name) => {
  expect(infoOn(name)).toMatchObject({ backend: name, engine: 'composed', threads: 1 });
});

test('engineInfo: the engines compute elsewhere, on threads', () => {
  tf.env().set('BITCORE_THREADS', 2);
  const { engine } = infoOn('cpu');
  expect(engine).not.toBe('composed');
  for (const name of ['cpu', 'wasm', 'tensorflow']) {
    expect(infoOn(name)).toMatchObject({ backend: name, engine, threads: 2 });
  }
  expect(infoOn('elsewhere')).toMatchObject({ backend: 'elsewhere', engine, threads: 1 });
});
