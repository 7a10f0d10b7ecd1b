import type { ResolvedOptions } from '../options';
import type { ThreadOptions } from '../thread/messages';
import { stateOf, versionsIn, type VersionFolder } from './layout';
import type { ServedVersions } from './served';
import { Version, type VersionEvents } from './version';

/** What all versions of a model have in common. */
type ModelOptions = Omit<ThreadOptions, 'folder'> & Pick<ResolvedOptions, 'timeoutMs'>;

/**
 * The versions of one model. The newest that can be loaded is served. A newer one, or other files of the same, are
 * loaded beside it and take its place when they are warm; then the old one answers what it has been asked, and ends.
 */
export class ModelVersions implements ServedVersions {
  private readonly versions = new Map<number, Version>();
  /** The files of versions that could not be loaded. */
  private readonly damaged = new Map<number, string>();
  /** The files of a version that is served, where they are others than it was loaded from. */
  private readonly changing = new Map<number, string>();
  private readonly unloading = new Set<Promise<void>>();
  private readonly ending = new AbortController();
  private updating: Promise<void> | undefined;
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
    await this.loaded({ number: 1, folder: this.folder });
    throw new Error(this.all()[0]!.error);
  }

  all(): Version[] {
    return [...this.versions.values()].sort((a, b) => b.number - a.number);
  }

  /** It has not done yet what the last `update` began. */
  get isUpdating(): boolean {
    return this.updating != null;
  }

  /** Looks at the folder, and serves what it holds now. One call must end before the next. */
  async update(): Promise<void> {
    this.updating = this.look().finally(() => (this.updating = undefined));
    await this.updating;
  }

  private async look(): Promise<void> {
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
      const version = await this.loaded(folder);
      if (version?.state === 'AVAILABLE') return version;
    }
    return undefined;
  }

  /** The version that is served of a folder, or what its files are now, if they can be loaded. */
  private async loaded(folder: VersionFolder): Promise<Version | undefined> {
    const { number } = folder;
    const served = this.find(number);
    const files = await stateOf(folder.folder);
    if (this.ending.signal.aborted || this.damaged.get(number) === files) return served;
    if (served != null && !this.hasChanged(served, files)) return served;
    const version = this.versionIn(folder, files);
    // One that is served has the name until the other can take its place.
    if (served == null) this.versions.set(number, version);
    // It would take the place of one that computes.
    const mustCompute = this.find() != null;
    await version.load(this.options, mustCompute, this.ending.signal);
    if (version.state !== 'AVAILABLE') {
      this.damaged.set(number, files);
      return served ?? version;
    }
    this.damaged.delete(number);
    this.versions.set(number, version);
    this.events.changed(number, version.state);
    return version;
  }

  /** Whether it was loaded from other files, and somebody has ended writing these: they are the same as before. */
  private hasChanged({ number, files }: Version, now: string): boolean {
    const before = this.changing.get(number);
    if (now === files) this.changing.delete(number);
    else this.changing.set(number, now);
    return now !== files && now === before;
  }

  private versionIn(folder: VersionFolder, files: string): Version {
    const version: Version = new Version(folder, files, {
      ...this.events,
      // Two may have one number for a while.
      changed: (number, state) => {
        if (this.versions.get(number) === version) this.events.changed(number, state);
      },
    });
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
      this.changing.delete(number);
      this.events.changed(number, undefined);
    }
  }

  /** Ends all versions, when they have answered what they have been asked. */
  async end(): Promise<void> {
    this.ending.abort();
    // Who called `update` has its error.
    await this.updating?.catch(() => {});
    this.unload(this.served);
    this.served = undefined;
    await Promise.all(this.unloading);
    for (const number of this.versions.keys()) this.events.changed(number, undefined);
  }
}
