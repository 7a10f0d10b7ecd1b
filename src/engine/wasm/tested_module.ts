import { allowedByFlags } from '../flags';
import { hasOwnMemory, ownMemoryEngine } from '../own_memory_engine';
import { instantiate, type ModuleName } from './modules';
import { unlessMemoryIsRefused } from './refused_memory';

/** A module of SIMD functions that is used only if it gives the floats of the portable functions. */
export class TestedModule<Exports> {
  private readonly ofMemory = new WeakMap<WebAssembly.Memory, Exports>();
  private isCorrect: boolean | undefined;

  /** @param passesSelfTest is asked once, with the functions on the engine's own memory. */
  constructor(
    private readonly name: ModuleName,
    private readonly passesSelfTest: (exports: Exports) => boolean,
  ) {}

  /**
   * Computes with the functions on the engine's own memory.
   * @returns false if they cannot be used: a flag forbids them, the memory is refused, they cannot be compiled (yet),
   * or they give other floats than the portable functions.
   */
  tryInOwnMemory(compute: (exports: Exports) => void): boolean {
    return unlessMemoryIsRefused(() => {
      const exports = this.onOwnMemory();
      if (exports != null) compute(exports);
      return exports != null;
    }, false);
  }

  /** The functions on another memory, where they can be used (see `tryInOwnMemory`). */
  on(memory: WebAssembly.Memory): Exports | undefined {
    return unlessMemoryIsRefused(() => this.onOwnMemory() && this.instance(memory), undefined);
  }

  private onOwnMemory(): Exports | undefined {
    if (!allowedByFlags('simd128') || !hasOwnMemory()) return undefined;
    const exports = this.instance(ownMemoryEngine().memory);
    if (exports == null) return undefined;
    this.isCorrect ??= this.passesSelfTest(exports);
    return this.isCorrect ? exports : undefined;
  }

  private instance(memory: WebAssembly.Memory): Exports | undefined {
    const known = this.ofMemory.get(memory);
    if (known != null) return known;
    const exports = instantiate<Exports>(this.name, memory);
    if (exports != null) this.ofMemory.set(memory, exports);
    return exports;
  }
}
