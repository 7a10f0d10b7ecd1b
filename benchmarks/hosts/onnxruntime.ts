import { loadPeer } from '../peers';
import type { Shape, Task } from '../plan';
import type { Host, Subject } from './host';
import { matMulNBitsModel } from './onnx_model';
import { productValues, type ProductValues } from './values';

interface OnnxRuntime {
  readonly env: { readonly wasm: { numThreads?: number } };
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<InferenceSession>;
  };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OnnxTensor;
}
interface OnnxTensor {
  readonly data: Float32Array;
}
interface InferenceSession {
  run(feeds: Record<string, OnnxTensor>): Promise<Record<string, OnnxTensor>>;
  release(): Promise<void>;
}

/** onnxruntime's product with packed weights, on one thread, as this package on wasm. */
export function openOnnxRuntime(name: 'onnxruntime-node' | 'onnxruntime-web'): Host {
  const runtime = loadPeer<OnnxRuntime>(name);
  runtime.env.wasm.numThreads = 1;
  const widths = name === 'onnxruntime-node' ? ([2, 4] as const) : ([4] as const);
  const sessions: InferenceSession[] = [];

  async function subject(shape: Shape, values: ProductValues, bits: 2 | 4): Promise<Subject> {
    const model = matMulNBitsModel(shape, values, bits);
    const session = await runtime.InferenceSession.create(model, {
      executionProviders: [name === 'onnxruntime-node' ? 'cpu' : 'wasm'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
    });
    sessions.push(session);
    const call = async () => {
      const x = new runtime.Tensor('float32', values.x, [shape.m, shape.k]);
      return (await session.run({ x })).y.data;
    };
    checkFirstOutput(shape, values, (await call())[0], `${name} int${bits}`);
    return { name: `${name} int${bits}`, call };
  }

  return {
    engine: () => 'MatMulNBits, accuracy level 4, one thread',
    prepare: async (task: Task) => {
      if (task.kind !== 'product') return [];
      const values = productValues(task.shape);
      const subjects = [];
      for (const bits of widths) subjects.push(await subject(task.shape, values, bits));
      return subjects;
    },
    release: async () => {
      for (const session of sessions.splice(0)) await session.release();
    },
  };
}

/** The model is made here, so a wrong one would be our mistake; int8 inputs make the result inexact. */
function checkFirstOutput(
  { k, n }: Shape,
  { x, ternary, scale, bias }: ProductValues,
  y: number,
  name: string,
) {
  let expected = 0;
  for (let i = 0; i < k; i++) expected += x[i] * ternary[i * n];
  expected = expected * scale + bias[0];
  if (Math.abs(y - expected) > 0.05) throw new Error(`${name} gives ${y}, expected ${expected}.`);
}
