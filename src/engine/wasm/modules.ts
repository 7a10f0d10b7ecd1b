import { attention, gate, gelu, hamming, normalization, relaxed, simd128 } from './binaries';

/**
 * Computes units of some work (outputs of a product, heads of attention) from `first` on, `count` of them. `args` and
 * `scratch` are addresses: of the arguments of the work, and of memory that belongs to this call alone.
 */
export type Microkernel = (args: number, first: number, count: number, scratch: number) => void;

/** What a module of products exports, on one memory. */
export interface ModuleExports {
  /** Bytes of scratch memory that a product of these sizes needs. */
  scratchBytesOfMatMul(
    rows: number,
    inFeatures: number,
    skipZeroBlocks: number,
    gathers: number,
  ): number;
  /** Quantizes an image with one scale; kernels/quantize_rows.ts explains it. */
  quantizeLines(
    x: number,
    lines: number,
    k: number,
    eps: number,
    q: number,
    lineBytes: number,
    scale: number,
    tail: number,
  ): void;
  [microkernel: string]: unknown;
}

/** Each module's bytes, in base64. */
const MODULES = { relaxed, simd128, normalization, attention, gelu, gate, hamming };
export type ModuleName = keyof typeof MODULES;

/** `env.memory` as the modules declare it: shared, from 0 to 65536 pages. */
const SHARED_LIMITS = [3, 0, 0x80, 0x80, 4];
/** The same number of bytes for a memory that is not shared: from 0 pages (a padded number), no maximum. */
const PLAIN_LIMITS = [0, 0x80, 0x80, 0x80, 0];

/** A module's bytes for plain or for shared memory; they differ in the limits of their memory import. */
function bytesOf(name: ModuleName, shared: boolean): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(MODULES[name]), (char) => char.charCodeAt(0));
  if (shared) return bytes;
  const at = bytes.findIndex((_, i) => SHARED_LIMITS.every((byte, j) => bytes[i + j] === byte));
  bytes.set(PLAIN_LIMITS, at);
  return bytes;
}

/** null: compiling was tried and failed. Trying costs milliseconds, and is asked for at every call. */
const compiled = new Map<string, WebAssembly.Module | null>();

const keyOf = (name: ModuleName, shared: boolean) => `${name}${shared ? ' shared' : ''}`;

/**
 * The compiled module; undefined where the engine lacks its instructions, or where it may only be compiled
 * asynchronously and `compileAll` has not been awaited: on the main thread, older versions of Chromium compile
 * no more than 4 KB at once. Today's compile 8 MB.
 */
export function compiledModule(name: ModuleName, shared: boolean): WebAssembly.Module | undefined {
  const key = keyOf(name, shared);
  if (!compiled.has(key)) compiled.set(key, tryToCompile(bytesOf(name, shared)));
  return compiled.get(key) ?? undefined;
}

function tryToCompile(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(bytes);
  } catch {
    return null;
  }
}

/** Compiles what can be compiled, asynchronously. A page's security policy may forbid it. */
export async function compileAll(): Promise<void> {
  const compile = async (name: ModuleName, shared: boolean) => {
    const key = keyOf(name, shared);
    const bytes = bytesOf(name, shared);
    if (compiled.get(key) != null || !WebAssembly.validate(bytes)) return;
    compiled.set(key, await WebAssembly.compile(bytes).catch(() => null));
  };
  const names = Object.keys(MODULES) as ModuleName[];
  await Promise.all(names.flatMap((name) => [compile(name, false), compile(name, true)]));
}

/** By name, not by class: a memory may come from another realm (a frame, a sandbox). */
export function isShared({ buffer }: WebAssembly.Memory): boolean {
  return buffer[Symbol.toStringTag] === ('SharedArrayBuffer' as string);
}

/** A module on a memory, or undefined where it cannot be compiled (see `compiledModule`). */
export function instantiate<Exports = ModuleExports>(
  name: ModuleName,
  memory: WebAssembly.Memory,
): Exports | undefined {
  const module = compiledModule(name, isShared(memory));
  if (module == null) return undefined;
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
}
