/**
 * malloc returns 0 when the heap can grow no more; tfjs's own data lie there.
 * @param kernel name of the tfjs kernel that asked for memory.
 */
export function checkAllocated(address: number, kernel: string, what: string): void {
  if (address === 0) {
    throw new Error(`${kernel}: the heap of the wasm backend has no room for its ${what}.`);
  }
}
