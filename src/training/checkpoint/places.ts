import { argumentError } from '../../errors';
import { readArtifacts, retrieve, type Saved } from './saved_form';
import { handlerFor, labelOf, type Storage } from './storage';

/** Gives each name a storage of its own. */
export type StorageOf = (name: string) => Storage;

/** The places of the last checkpoints of a training, which take turns, and the place of the best one. */
export class Places {
  private readonly ring: string[];
  /** The best one comes first: of two of the same epoch, the last one in this order is taken. */
  private readonly names: string[];

  /**
   * There is one place more than checkpoints to keep: the oldest one is overwritten only when the newer ones
   * are complete. Names have the number of places in them, as other places would take other turns.
   *
   * @throws an error that names `where` if two places are one, or one cannot be saved to or loaded from.
   */
  constructor(
    private readonly where: string,
    private readonly storageOf: StorageOf,
    { keepLast, best }: { keepLast: number; best: boolean },
  ) {
    const count = keepLast + 1;
    this.ring = Array.from({ length: count }, (_, i) => `last-${i + 1}-of-${count}`);
    this.names = best ? ['best', ...this.ring] : this.ring;
    this.check();
  }

  /** The place of the checkpoint of an epoch. */
  last(epoch: number): Storage {
    return this.storageOf(this.ring[epoch % this.ring.length]!);
  }

  get best(): Storage {
    return this.storageOf('best');
  }

  /** What a storage holds; undefined if nothing can be read from it. @throws if it is no good checkpoint. */
  async peek(storage: Storage): Promise<Saved | undefined> {
    const handler = handlerFor(this.where, storage, 'load');
    const artifacts = await (async () => handler.load())().catch(() => undefined);
    if (artifacts == null) return undefined;
    return readArtifacts(`${this.where} from ${labelOf(storage)}`, artifacts);
  }

  /** The checkpoint of the latest epoch that is there. @throws if it, or another one, is no good one. */
  async latest(): Promise<{ storage: Storage; saved: Saved } | undefined> {
    return latestOf(this.storages(), (storage) => this.peek(storage));
  }

  /** The checkpoint of the latest epoch that can be loaded. @throws if there is none: why not, for each. */
  async latestGood(): Promise<{ storage: Storage; saved: Saved }> {
    const reasons: string[] = [];
    const latest = await latestOf(this.storages(), (storage) =>
      retrieve(this.where, storage).catch((error: Error) => {
        reasons.push(error.message);
        return undefined;
      }),
    );
    if (latest != null) return latest;
    const { message } = argumentError(this.where, 'one of the checkpoints', 'good', 'none');
    throw new Error([message, ...reasons].join('\n'));
  }

  private storages(): Storage[] {
    return this.names.map((name) => this.storageOf(name));
  }

  private check(): void {
    const seen = new Map<unknown, string>();
    for (const name of this.names) {
      const storage = this.storageOf(name);
      for (const action of ['save', 'load'] as const) handlerFor(this.where, storage, action);
      const path = typeof storage === 'string' ? storage : (storage as { path?: unknown }).path;
      const place = path ?? storage;
      const other = seen.get(place);
      seen.set(place, name);
      if (other == null) continue;
      const expected = 'a function that gives each name a place of its own';
      const actual = `${labelOf(storage)} for both "${other}" and "${name}"`;
      throw new Error(`${this.where}: storageOf must be ${expected}, got ${actual}.`);
    }
  }
}

/** One after the other, so that two are in memory at most. */
async function latestOf(
  storages: Storage[],
  read: (storage: Storage) => Promise<Saved | undefined>,
): Promise<{ storage: Storage; saved: Saved } | undefined> {
  let latest: { storage: Storage; saved: Saved } | undefined;
  for (const storage of storages) {
    const saved = await read(storage);
    if (saved == null || saved.content.epoch < (latest?.saved.content.epoch ?? 0)) continue;
    latest = { storage, saved };
  }
  return latest;
}
