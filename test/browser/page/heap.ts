import * as tf from '@tensorflow/tfjs';

/** What is used here of tfjs's BackendWasm. */
interface WasmBackend {
  readonly wasm?: {
    readonly HEAPU8: Uint8Array;
    readonly wasmMemory?: WebAssembly.Memory;
    readonly asm?: { readonly memory?: WebAssembly.Memory };
  };
}

/** The heap of tfjs's wasm backend, if that is the current backend. */
export function heap(): WebAssembly.Memory | undefined {
  const wasm = (tf.backend() as unknown as WasmBackend).wasm;
  return wasm?.wasmMemory ?? wasm?.asm?.memory;
}

const calls = new Map<WebAssembly.Memory, number>();

/** Packed products that were computed in place, in tfjs's heap, until now. */
export function productsInHeap(): number {
  const memory = heap();
  return memory == null ? 0 : (calls.get(memory) ?? 0);
}

/**
 * Counts the calls of the packed kernels by the memory they run on. They are instantiated from this
 * constructor, tfjs's own module is not; and an instance's exports cannot be changed.
 */
WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(Instance, [module, imports]: [WebAssembly.Module, WebAssembly.Imports]) {
    const { exports } = new Instance(module, imports);
    return { exports: counted(exports, imports.env.memory as WebAssembly.Memory) };
  },
});

function counted(exports: WebAssembly.Exports, memory: WebAssembly.Memory): WebAssembly.Exports {
  const functions = Object.entries(exports).map(([name, value]) => {
    if (!name.startsWith('ternaryMatMul')) return [name, value];
    const call = (...args: unknown[]) => {
      calls.set(memory, (calls.get(memory) ?? 0) + 1);
      return (value as (...args: unknown[]) => unknown)(...args);
    };
    return [name, call];
  });
  return Object.fromEntries(functions) as WebAssembly.Exports;
}
