/** What is served and how hard it is asked. */

/** Inputs, two hidden layers, outputs. */
export const WIDTHS = [1024, 4096, 4096, 10] as const;

/** With rows of 4,096 numbers, for what the form of a request costs. */
export const WIDE = [4096, 4096, 4096, 10] as const;

export const KINDS = ['float32', 'deployed'] as const;
export type Kind = (typeof KINDS)[number];

/** The servers that are compared: kind of model, and backend. */
export interface Subject {
  readonly kind: Kind;
  readonly backend: 'tensorflow' | 'wasm';
}

export const SUBJECTS: readonly Subject[] = [
  { kind: 'float32', backend: 'tensorflow' },
  { kind: 'deployed', backend: 'tensorflow' },
  { kind: 'deployed', backend: 'wasm' },
];

/** The server that is asked in each form. */
export const WIDE_SUBJECT: Subject = { kind: 'deployed', backend: 'wasm' };

export const WORKERS: readonly number[] = [1, 2];
export const CONNECTIONS: readonly number[] = [1, 16, 64];

export interface Effort {
  /** Servers take turns this often. */
  readonly rounds: number;
  readonly seconds: number;
}

export const FULL: Effort = { rounds: 3, seconds: 2 };
export const QUICK: Effort = { rounds: 1, seconds: 1 };

export function nameOf({ kind, backend }: Subject): string {
  return `${kind} on ${backend}`;
}
