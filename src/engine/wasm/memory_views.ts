/**
 * Typed views of a whole memory. When it grows, views made before are detached, or, in a shared memory, do not
 * reach what is new; so they are asked for anew at each use, and made anew where they have become too short.
 */
export class MemoryViews {
  private int32 = new Int32Array(0);
  private float32 = new Float32Array(0);

  constructor(private readonly memory: WebAssembly.Memory) {}

  /** The memory as integers, at least up to the byte `end`. */
  integers(end: number): Int32Array {
    if (end > this.int32.byteLength) this.int32 = new Int32Array(this.memory.buffer);
    return this.int32;
  }

  /** The memory as float32, at least up to the byte `end`. */
  floats(end: number): Float32Array {
    if (end > this.float32.byteLength) this.float32 = new Float32Array(this.memory.buffer);
    return this.float32;
  }
}
