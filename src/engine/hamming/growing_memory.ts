import { newMemory } from '../wasm/new_memory';
import { hammingModule } from './module';
import type { Nearer } from './microkernels';
import { portableNearer } from './portable';

const PAGE_BYTES = 65536;

/** How much longer an array becomes, at least: it is copied whenever it grows. */
const ARRAY_GROWTH = 1.5;

/** Memory that grows in place: that of WebAssembly, or an array where the system refuses that. */
export class GrowingMemory {
  private wasm = tryNewMemory();
  private array = new ArrayBuffer(0);

  /** Another one after each `reserve`. */
  get buffer(): ArrayBuffer {
    return (this.wasm?.buffer as ArrayBuffer | undefined) ?? this.array;
  }

  /**
   * Makes sure that there are so many bytes.
   * @throws if the system refuses them. Then nothing has changed.
   */
  reserve(bytes: number): void {
    if (bytes <= this.buffer.byteLength || this.growInPlace(bytes)) return;
    const larger = newArray(bytes, this.buffer.byteLength);
    new Uint8Array(larger).set(new Uint8Array(this.buffer));
    this.array = larger;
    this.wasm = undefined;
  }

  /** Finds rows in this memory, until the next `reserve`. */
  get nearer(): Nearer {
    const microkernels = this.wasm && hammingModule.on(this.wasm);
    return microkernels?.nearer ?? portableNearer(new Int32Array(this.buffer));
  }

  private growInPlace(bytes: number): boolean {
    if (this.wasm == null) return false;
    try {
      this.wasm.grow(Math.ceil((bytes - this.wasm.buffer.byteLength) / PAGE_BYTES));
      return true;
    } catch {
      return false;
    }
  }
}

function tryNewMemory(): WebAssembly.Memory | undefined {
  if (typeof WebAssembly === 'undefined') return undefined;
  try {
    return newMemory(false);
  } catch {
    return undefined;
  }
}

function newArray(bytes: number, held: number): ArrayBuffer {
  const roomy = Math.ceil(Math.max(bytes, held * ARRAY_GROWTH) / 8) * 8;
  try {
    return new ArrayBuffer(roomy);
  } catch (cause) {
    throw new Error(`memoryEngine: the system refuses ${roomy} bytes of memory.`, { cause });
  }
}
