import type { LoadedModel } from '../running';

/** A worker listens. */
export interface Ready {
  readonly kind: 'ready';
  readonly address: string;
  readonly models: readonly LoadedModel[];
}

/** A worker cannot serve, and ends. */
export interface Failed {
  readonly kind: 'failed';
  readonly reason: string;
}

/** What a worker has to say to people. */
export interface Logged {
  readonly kind: 'logged';
  readonly message: string;
}
