import type { Task } from '../plan';

/** One thing to time. A call includes all that a caller pays, up to the output in a JavaScript array. */
export interface Subject {
  readonly name: string;
  call(): Promise<unknown> | void;
}

/** A library with its subjects, in a process of its own. */
export interface Host {
  /** What computes, say the engine of this package. */
  engine(): string;
  /** The subjects for a task, ready to be called; none where the library does not take part. */
  prepare(task: Task): Promise<Subject[]>;
  /** Frees what `prepare` made. */
  release(): Promise<void> | void;
}
