import { FORMS, kernelArguments, type Form, type ProductPointers } from './forms';
import { instantiate, type Binary, type KernelExports } from './module';

/** The kernels on one memory, instantiated when first used. */
export class WasmKernels {
  private readonly instances = new Map<Binary, KernelExports>();

  constructor(readonly memory: WebAssembly.Memory) {}

  /** False where the form's binary cannot be compiled (yet). */
  supports(form: Form): boolean {
    return this.exportsOf(form) != null;
  }

  scratchBytes(form: Form, rows: number, inFeatures: number): number {
    return this.exportsOf(form)!.scratchBytes(rows, inFeatures);
  }

  run(form: Form, product: ProductPointers): void {
    this.exportsOf(form)![FORMS[form].function]!(...kernelArguments(product));
  }

  private exportsOf(form: Form): KernelExports | undefined {
    const { binary } = FORMS[form];
    let exports = this.instances.get(binary);
    if (exports == null) {
      exports = instantiate(binary, this.memory);
      if (exports != null) this.instances.set(binary, exports);
    }
    return exports;
  }
}
