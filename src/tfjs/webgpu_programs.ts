import type { BackendValues, DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';

/*
 * Relies on `runWebGPUProgram` of tfjs's WebGPU backend, and on what its shaders are made of: a program's code may use
 * `result`, `uniforms`, the names of its inputs, and `workgroupId`, `numWorkgroups` and `localIndex`. tfjs reports no
 * error of the compiler: what a program that does not compile leaves in its output is left open.
 */

/** The part of tfjs's WebGPUBackend that is used. */
export interface WebGPUBackend {
  readonly device: WebGPUDevice;
  makeTensorInfo(shape: number[], dtype: DataType, values?: BackendValues): TensorInfo;
  runWebGPUProgram(
    program: object,
    inputs: TensorInfo[],
    outputDtype: DataType,
    uniforms: Array<{ type: 'int32'; data: number[] }>,
    output: TensorInfo,
  ): TensorInfo;
  read(dataId: DataId): Promise<BackendValues>;
  disposeData(dataId: DataId): boolean;
}

/** The part of a GPUDevice that is used; the package does not depend on the types of WebGPU. */
export interface WebGPUDevice {
  readonly limits: { readonly maxStorageBufferBindingSize: number };
  readonly lost: Promise<{ readonly message: string }>;
}

/** An input of a program, whose elements are read one or four at a time. */
interface ProgramInput {
  readonly tensor: TensorInfo;
  readonly vector: 1 | 4;
}

/** A program in WGSL. */
export interface Program {
  /** Programs of one name have the same code. */
  readonly name: string;
  /** Declares `fn run(group : i32, thread : i32)`, which each thread of each workgroup calls. */
  readonly code: string;
  /** By their names in the code. */
  readonly inputs: Readonly<Record<string, ProgramInput>>;
  /** Integers, by their names in the code. */
  readonly uniforms: Readonly<Record<string, number>>;
  /** There may be more of them, with higher numbers, when they are too many for one dimension. */
  readonly workgroups: number;
  readonly threads: number;
}

/** tfjs calls `main`, with an index since the layout of the workgroups is flat. */
const MAIN = `
  fn main(index : i32) {
    let group = (workgroupId.z * numWorkgroups.y + workgroupId.y) * numWorkgroups.x + workgroupId.x;
    run(i32(group), i32(localIndex));
  }`;

/** Runs a program. The code sees the output as integers, whatever its dtype is: the bits of floats. */
export function runProgram(backend: WebGPUBackend, program: Program, output: TensorInfo): void {
  const { name, code, workgroups, threads } = program;
  const inputs = Object.values(program.inputs);
  const uniforms = Object.entries(program.uniforms);
  backend.runWebGPUProgram(
    {
      outputShape: output.shape,
      variableNames: Object.keys(program.inputs),
      variableComponents: inputs.map(({ vector }) => vector),
      outputComponent: 1,
      workgroupSize: [threads, 1, 1],
      dispatchLayout: { x: [0] },
      dispatch: [workgroups, 1, 1],
      uniforms: uniforms.map(([uniform]) => `${uniform} : i32,`).join(' '),
      shaderKey: `tfjs-bitcore ${name}`,
      getUserCode: () => `${code}\n${MAIN}`,
    },
    inputs.map(({ tensor }) => tensor),
    output.dtype,
    uniforms.map(([, value]) => ({ type: 'int32', data: [value] })),
    { ...output, dtype: 'int32' },
  );
}

interface GpuNavigator {
  readonly gpu: { readonly wgslLanguageFeatures?: ReadonlySet<string> };
}

/** Whether WGSL here has `dot4I8Packed`. */
export function hasPackedDot(): boolean {
  const { gpu } = globalThis.navigator as unknown as GpuNavigator;
  return gpu.wgslLanguageFeatures?.has('packed_4x8_integer_dot_product') ?? false;
}
