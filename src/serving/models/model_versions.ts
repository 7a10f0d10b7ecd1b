import type { ResolvedOptions } from '../options';
import type { ThreadOptions } from '../thread/messages';
import { stateOf, versionsIn, type VersionFolder } from './layout';
import type { ServedVersions } from './served';
import { Version, type VersionEvents } from './version';

/** What all versions of a model have in common. */
type ModelOptions = Omit<ThreadOptions, 'folder'> & Pick<ResolvedOptions, 'timeoutMs'>;

/**
 * The versions of one model. The newest that can be loaded is served. A newer one is loaded beside it and takes its
 * place when it is warm; then the old one answers what it has been asked, and ends.
 */
export class ModelVersions implements ServedVersions {
  private readonly versions = new Map<number, Version>();
  /** The files of versions that could not be loaded. */
  private readonly damaged = new Map<number, string>();
  private readonly unloading = new Set<Promise<void>>();
  private served: Version | undefined;

  constructor(
    readonly folder: string,
    private readonly options: ModelOptions,
    private readonly events: VersionEvents,
  ) {}

  find(number?: number): Version | undefined {
    const { served } = this;
    if (served?.state !== 'AVAILABLE') return undefined;
    return number == null || served.number === number ? served : undefined;
  }

  /** Loads a folder that is to hold a model. @throws if it does not. */
  async start(): Promise<void> {
    await this.update();
    if (this.find() != null) return;
    const [newest] = this.all();
    if (newest != null) throw new Error(newest.error);
    await this.load({ number: 1, folder: this.folder });
    throw new Error(this.all()[0]!.error);
  }

  all(): Version[] {
    return [...this.versions.values()].sort((a, b) => b.number - a.number);
  }

  /** Looks at the folder, and serves what it holds now. One call must end before the next. */
  async update(): Promise<void> {
    const found = await versionsIn(this.folder);
    const next = await this.newest(found);
    // Where no version can be loaded, the old one goes on: but if all are gone, it was meant to end.
    const serves = next ?? (found.length > 0 ? this.find() : undefined);
    const before = this.served;
    this.served = serves;
    if (before !== serves) this.unload(before);
    this.forget(found);
  }

  /** The first of the folders that is loaded, or can be. */
  private async newest(found: readonly VersionFolder[]): Promise<Version | undefined> {
    for (const folder of found) {
      const version = this.find(folder.number) ?? (await this.load(folder));
      if (version?.state === 'AVAILABLE') return version;
    }
    return undefined;
  }

  private async load(folder: VersionFolder): Promise<Version | undefined> {
    const files = await stateOf(folder.folder);
    if (this.damaged.get(folder.number) === files) return undefined;
    const version = new Version(folder, this.events);
    this.versions.set(folder.number, version);
    await version.load(this.options);
    if (version.state === 'AVAILABLE') this.damaged.delete(folder.number);
    else this.damaged.set(folder.number, files);
    return version;
  }

  private unload(version: Version | undefined): void {
    if (version == null) return;
    const ending = version
      .unload(this.options.timeoutMs)
      .finally(() => this.unloading.delete(ending));
    this.unloading.add(ending);
  }

  /** Versions that are neither there nor served, when they have ended. */
  private forget(found: readonly VersionFolder[]): void {
    const there = found.map(({ number }) => number);
    for (const [number, { state }] of this.versions) {
      if (there.includes(number) || state !== 'END') continue;
      this.versions.delete(number);
      this.damaged.delete(number);
      this.events.changed(number, undefined);
    }
  }

  /** Ends all versions, when they have answered what they have been asked. */
  async end(): Promise<void> {
    this.unload(this.served);
    this.served = undefined;
    await Promise.all(this.unloading);
    for (const number of this.versions.keys()) this.events.changed(number, undefined);
  }
}
