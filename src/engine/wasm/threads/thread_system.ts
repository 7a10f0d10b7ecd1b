/** A thread that was started beside the calling one. */
export interface Thread {
  /** Ends it; resolves when it has ended, and reads and writes no memory any more. */
  end(): Promise<void>;
}

/** How threads are had and waited for: those of Node and those of browsers differ in this alone. */
export interface ThreadSystem {
  /** Processors that this process may use. */
  processors(): number;
  /** How many of `wanted` threads may be started beside the calling one. */
  threadsThatFit(wanted: number): number;
  /** Milliseconds that the calling thread waits for one to start; 0 if none starts while it waits. */
  readonly startMs: number;
  /**
   * Starts a thread.
   *
   * @param program JavaScript that makes a function `run`, which the thread gives `data`.
   * @param onEnd is called when the thread has ended, or cannot start.
   * @throws where none may be started.
   */
  start(program: string, data: object, onEnd: () => void): Thread;
  /** Waits while the number at `index` is `value`; false if it is so after so many milliseconds. */
  waitWhile(numbers: Int32Array, index: number, value: number, milliseconds: number): boolean;
}
