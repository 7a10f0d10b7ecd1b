import { WASM_ENGINES, type WasmEngineName } from './engines';
import {
  MAT_MUL_ARGS_BYTES,
  writeMatMulArgs,
  type MatMulArgs,
  type MatMulSize,
} from './mat_mul_args';
import { MemoryViews } from './memory_views';
import { instantiate, type Microkernel, type ModuleExports } from './modules';

/** An engine's functions, looked up in its module once: looking up an export takes longer than calling it. */
interface EngineFunctions {
  readonly scratchBytes: ModuleExports['scratchBytesOfMatMul'];
  readonly ternaryMatMul: Microkernel;
  readonly quantizeLines: ModuleExports['quantizeLines'];
}

/** The microkernels on one memory. An engine's module is instantiated when it is first used. */
export class Microkernels {
  readonly views: MemoryViews;
  private readonly functions = new Map<WasmEngineName, EngineFunctions>();

  constructor(readonly memory: WebAssembly.Memory) {
    this.views = new MemoryViews(memory);
  }

  /** False where the engine's module cannot be compiled (yet). */
  supports(engine: WasmEngineName): boolean {
    return this.functionsOf(engine) != null;
  }

  /** Bytes of scratch memory that one thread needs for a product of these sizes. */
  scratchBytes(engine: WasmEngineName, size: MatMulSize): number {
    const { rows, inFeatures, skipZeroBlocks, windows } = size;
    const gathers = Number(windows !== 0);
    return this.functionsOf(engine)!.scratchBytes(rows, inFeatures, skipZeroBlocks, gathers);
  }

  /** Bytes of the workspace of a product on one thread: its arguments and its scratch memory. */
  workspaceBytes(engine: WasmEngineName, size: MatMulSize): number {
    return MAT_MUL_ARGS_BYTES + this.scratchBytes(engine, size);
  }

  /** Computes a product of `units` outputs in a workspace, the address of that many bytes. */
  matMul(engine: WasmEngineName, args: MatMulArgs, units: number, workspace: number): void {
    writeMatMulArgs(this.views, workspace, args);
    this.ternaryMatMul(engine)(workspace, 0, units, workspace + MAT_MUL_ARGS_BYTES);
  }

  /** The engine's microkernel of packed products. */
  ternaryMatMul(engine: WasmEngineName): Microkernel {
    return this.functionsOf(engine)!.ternaryMatMul;
  }

  /** The engine's microkernel that quantizes an image. */
  quantizeLines(engine: WasmEngineName): ModuleExports['quantizeLines'] {
    return this.functionsOf(engine)!.quantizeLines;
  }

  private functionsOf(engine: WasmEngineName): EngineFunctions | undefined {
    const known = this.functions.get(engine);
    if (known != null) return known;
    const { module, ternaryMatMul } = WASM_ENGINES[engine];
    const exports = instantiate(module, this.memory);
    if (exports == null) return undefined;
    const functions = {
      scratchBytes: exports.scratchBytesOfMatMul,
      ternaryMatMul: exports[ternaryMatMul] as Microkernel,
      quantizeLines: exports.quantizeLines,
    };
    this.functions.set(engine, functions);
    return functions;
  }
}
