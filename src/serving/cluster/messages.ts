import type { LoadedModel } from '../running';

/** A worker listens. */
export interface Ready {
  readonly kind: 'ready';
  readonly address: string;
  readonly models: readonly LoadedModel[];
}
