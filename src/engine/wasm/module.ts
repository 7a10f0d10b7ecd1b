import { relaxed, simd128 } from './binaries';

/** The functions of a kernel binary, on one memory. Pointers are byte offsets into it. */
export interface KernelExports {
  /** Bytes of scratch memory that a call with these sizes needs. */
  scratchBytes(rows: number, inFeatures: number): number;
  [ternaryMatMul: string]: KernelFunction;
}

export type KernelFunction = (...pointersAndSizes: number[]) => number | void;

const binaries = { relaxed, simd128 };
export type Binary = keyof typeof binaries;

/** `env.memory` as the binaries declare it: shared, from 0 to 65536 pages. */
const SHARED_LIMITS = [3, 0, 0x80, 0x80, 4];
/** The same number of bytes for a memory that is not shared: from 0 pages (a padded number), no maximum. */
const PLAIN_LIMITS = [0, 0x80, 0x80, 0x80, 0];

/** The binary for plain or for shared memory; they differ in the limits of their memory import. */
export function binaryFor(binary: Binary, shared: boolean): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(binaries[binary]), (char) => char.charCodeAt(0));
  if (shared) return bytes;
  const at = bytes.findIndex((_, i) => SHARED_LIMITS.every((byte, j) => bytes[i + j] === byte));
  bytes.set(PLAIN_LIMITS, at);
  return bytes;
}

/** null: compiling was tried and failed. Trying costs milliseconds, and is asked for at every call. */
const modules = new Map<string, WebAssembly.Module | null>();

const keyOf = (binary: Binary, shared: boolean) => `${binary}${shared ? ' shared' : ''}`;

/**
 * The compiled module; undefined where the engine lacks its instructions, or where it may only be
 * compiled asynchronously (on the main thread of some browsers) and `compileAll` has not been awaited.
 */
export function compiledModule(binary: Binary, shared: boolean): WebAssembly.Module | undefined {
  const key = keyOf(binary, shared);
  if (!modules.has(key)) modules.set(key, tryToCompile(binaryFor(binary, shared)));
  return modules.get(key) ?? undefined;
}

function tryToCompile(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(bytes);
  } catch {
    return null;
  }
}

/** Compiles what can be compiled, asynchronously. */
export async function compileAll(): Promise<void> {
  const compile = async (binary: Binary, shared: boolean) => {
    const key = keyOf(binary, shared);
    const bytes = binaryFor(binary, shared);
    if (modules.get(key) != null || !WebAssembly.validate(bytes)) return;
    modules.set(key, await WebAssembly.compile(bytes));
  };
  const names = Object.keys(binaries) as Binary[];
  await Promise.all(names.flatMap((name) => [compile(name, false), compile(name, true)]));
}

/** By name, not by class: a memory may come from another realm (a frame, a sandbox). */
export function isShared({ buffer }: WebAssembly.Memory): boolean {
  return buffer[Symbol.toStringTag] === ('SharedArrayBuffer' as string);
}

/** A kernel binary on a memory, or undefined where it cannot be compiled (see `compiledModule`). */
export function instantiate(binary: Binary, memory: WebAssembly.Memory): KernelExports | undefined {
  const module = compiledModule(binary, isShared(memory));
  if (module == null) return undefined;
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelExports;
}
