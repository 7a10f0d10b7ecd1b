import { WASM_ENGINES, type WasmEngineName } from './engines';
import { MAT_MUL_ARGS_BYTES, writeMatMulArgs, type MatMulArgs } from './mat_mul_args';
import { MemoryViews } from './memory_views';
import { instantiate, type Microkernel, type ModuleExports, type ModuleName } from './modules';

/** The microkernels on one memory. Their modules are instantiated when they are first used. */
export class Microkernels {
  readonly views: MemoryViews;
  private readonly instances = new Map<ModuleName, ModuleExports>();

  constructor(readonly memory: WebAssembly.Memory) {
    this.views = new MemoryViews(memory);
  }

  /** False where the engine's module cannot be compiled (yet). */
  supports(engine: WasmEngineName): boolean {
    return this.exportsOf(engine) != null;
  }

  /** Bytes of scratch memory that one thread needs for a product of these sizes. */
  scratchBytes(engine: WasmEngineName, rows: number, inFeatures: number): number {
    return this.exportsOf(engine)!.scratchBytesOfMatMul(rows, inFeatures);
  }

  /** Bytes of the workspace of a product on one thread: its arguments and its scratch memory. */
  workspaceBytes(engine: WasmEngineName, rows: number, inFeatures: number): number {
    return MAT_MUL_ARGS_BYTES + this.scratchBytes(engine, rows, inFeatures);
  }

  /** Computes a product of `units` outputs in a workspace, the address of that many bytes. */
  matMul(engine: WasmEngineName, args: MatMulArgs, units: number, workspace: number): void {
    writeMatMulArgs(this.views, workspace, args);
    this.ternaryMatMul(engine)(workspace, 0, units, workspace + MAT_MUL_ARGS_BYTES);
  }

  /** The engine's microkernel of packed products. */
  ternaryMatMul(engine: WasmEngineName): Microkernel {
    return this.exportsOf(engine)![WASM_ENGINES[engine].ternaryMatMul] as Microkernel;
  }

  private exportsOf(engine: WasmEngineName): ModuleExports | undefined {
    const { module } = WASM_ENGINES[engine];
    let exports = this.instances.get(module);
    if (exports == null) {
      exports = instantiate(module, this.memory);
      if (exports != null) this.instances.set(module, exports);
    }
    return exports;
  }
}
