import { RefusedMemoryError } from './refused_memory';

const ALIGNMENT = 64;
const PAGE = 65536;
/** Address 0 stands for "none". */
const FIRST = ALIGNMENT;

interface Gap {
  start: number;
  end: number;
}

/** First-fit allocation in a memory of our own, which grows when nothing fits. */
export class Allocator {
  private readonly sizes = new Map<number, number>();
  /** Unused ranges, by address, never touching one another. */
  private gaps: Gap[];

  constructor(readonly memory: WebAssembly.Memory) {
    this.gaps = [{ start: FIRST, end: memory.buffer.byteLength }];
  }

  /**
   * Address of `bytes` bytes, on a cache line. Growing detaches views made before.
   * @throws RefusedMemoryError if nothing fits and the memory may not grow; then nothing has changed.
   */
  allocate(bytes: number): number {
    const size = Math.ceil(Math.max(bytes, 1) / ALIGNMENT) * ALIGNMENT;
    let gap = this.gaps.find(({ start, end }) => end - start >= size);
    if (gap == null) gap = this.grow(size);
    const address = gap.start;
    gap.start += size;
    if (gap.start === gap.end) this.gaps.splice(this.gaps.indexOf(gap), 1);
    this.sizes.set(address, size);
    return address;
  }

  free(address: number): void {
    const size = this.sizes.get(address)!;
    this.sizes.delete(address);
    const after = this.gaps.findIndex(({ start }) => start > address);
    this.gaps.splice(after < 0 ? this.gaps.length : after, 0, {
      start: address,
      end: address + size,
    });
    this.merge();
  }

  /** Bytes handed out at present. */
  get used(): number {
    return [...this.sizes.values()].reduce((total, size) => total + size, 0);
  }

  private grow(size: number): Gap {
    const end = this.memory.buffer.byteLength;
    try {
      this.memory.grow(Math.ceil(size / PAGE));
    } catch (error) {
      throw new RefusedMemoryError(size, end, error);
    }
    this.gaps.push({ start: end, end: this.memory.buffer.byteLength });
    this.merge();
    return this.gaps[this.gaps.length - 1]!;
  }

  private merge(): void {
    const merged: Gap[] = [];
    for (const gap of this.gaps) {
      const last = merged[merged.length - 1];
      if (last != null && last.end === gap.start) last.end = gap.end;
      else merged.push(gap);
    }
    this.gaps = merged;
  }
}
