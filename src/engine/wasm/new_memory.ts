import { freeAddresses } from './free_addresses';

const PAGE_BYTES = 65536;

/** All that 32-bit addresses reach, as the modules declare. */
const MOST_PAGES = 65536;

/** Where addresses are limited, V8 may reserve the whole maximum at once: the rest of the program needs some, too. */
const SHARE_OF_FREE_ADDRESSES = 1 / 4;

/**
 * A memory of one page that can grow. V8 reserves 8 to 11 GB of addresses for it, whatever its maximum, or refuses it;
 * V8 of Node 24 reserves no more than the maximum where addresses are limited.
 *
 * @param shared whether threads can share it.
 * @throws RangeError if the system grants none.
 */
export function newMemory(shared: boolean): WebAssembly.Memory {
  const free = freeAddresses();
  // Without a limit, a memory that is not shared has no maximum: some browsers reserve what it says.
  if (free === Infinity && !shared) return new WebAssembly.Memory({ initial: 1 });
  const pages = Math.floor((free * SHARE_OF_FREE_ADDRESSES) / PAGE_BYTES);
  const maximum = Math.max(1, Math.min(MOST_PAGES, pages));
  return new WebAssembly.Memory({ initial: 1, maximum, shared });
}
