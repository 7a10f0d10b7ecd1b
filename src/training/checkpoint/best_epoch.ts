import type { Content, Monitored } from './content';

/** The best epoch so far, by a value in the logs of tfjs. */
export class BestEpoch {
  private value: number | undefined;
  private blends = '';

  constructor(private readonly monitored: Omit<Monitored, 'value'>) {}

  /**
   * Whether an epoch is better than all before it with the same blends. A change of the blends begins anew:
   * a net that is less ternary is another one, and its values are no measure for the ternary one.
   */
  isBetter(value: number, layers: Content['layers']): boolean {
    if (!Number.isFinite(value)) return false;
    if (this.value === undefined || blendsOf(layers) !== this.blends) return true;
    return this.monitored.mode === 'min' ? value < this.value : value > this.value;
  }

  /** Makes an epoch the best; undefined, or one that was compared in another way, makes none the best. */
  set({ monitored, layers }: Partial<Pick<Content, 'monitored' | 'layers'>>): void {
    const { monitor, mode } = this.monitored;
    const isSame = monitored?.monitor === monitor && monitored.mode === mode;
    this.value = isSame ? monitored.value : undefined;
    this.blends = blendsOf(layers ?? []);
  }

  get isKnown(): boolean {
    return this.value !== undefined;
  }
}

function blendsOf(layers: Content['layers']): string {
  return JSON.stringify(layers.map(({ blend }) => blend));
}
