/** The system grants no more memory to a `WebAssembly.Memory`, or it has reached its maximum. */
export class RefusedMemoryError extends Error {
  constructor(bytes: number, held: number, cause: unknown) {
    super(`WebAssembly: ${bytes} more bytes must be granted beside ${held}; they were refused.`, {
      cause,
    });
  }
}

/** What `compute` returns; `instead` if it needs memory that is refused. */
export function unlessMemoryIsRefused<Result>(compute: () => Result, instead: Result): Result {
  try {
    return compute();
  } catch (error) {
    if (error instanceof RefusedMemoryError) return instead;
    throw error;
  }
}
