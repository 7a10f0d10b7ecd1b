import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { argumentError } from '../../errors';
import type { Metrics } from '../http/metrics';
import { modelName, type ResolvedOptions } from '../options';
import { foldersIn } from './layout';
import { ModelVersions } from './model_versions';
import type { ServedModels } from './served';
import type { Version, VersionEvents } from './version';

/** How often the server looks at the folders. */
const INTERVAL_MS = 1000;

/** All models of a server by name, with the versions that their folders hold now. */
export class Models implements ServedModels {
  private readonly models = new Map<string, ModelVersions>();
  private timer: NodeJS.Timeout | undefined;
  private started = false;
  /** Those before it has started: where it cannot start, the error says why. */
  private readonly failures: string[] = [];
  /** What was wrong with a folder when it was last looked at, by the name of its model; '' is that of all models. */
  private readonly problems = new Map<string, string>();
  private ended = false;
  private updating: Promise<void> = Promise.resolve();
  /** Those that end, with their names. */
  private readonly ending = new Map<Promise<void>, string>();

  constructor(
    private readonly options: ResolvedOptions,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Loads what is there, and looks for changes from then on.
   * @throws if a model that has its own option cannot be loaded, or the folder of models is none; then nothing is left.
   */
  async start(): Promise<void> {
    try {
      await this.checkFolder();
      this.add(await this.folders());
      const named = Object.keys(this.options.models).map((name) => this.models.get(name)!);
      const others = [...this.models].filter(([, model]) => !named.includes(model));
      const updates = Promise.all(others.map(([name, model]) => this.updated(name, model)));
      const starts = await Promise.allSettled(named.map((model) => model.start()));
      await updates;
      for (const start of starts) if (start.status === 'rejected') throw start.reason;
    } catch (error) {
      await this.end();
      throw error;
    }
    this.started = true;
    for (const failure of this.failures.splice(0)) this.options.log(failure);
    this.updateSoon();
  }

  get(name: string): ModelVersions | undefined {
    return this.models.get(name);
  }

  names(): string[] {
    return [...this.models.keys()];
  }

  /** All versions that are served, with the names of their models. */
  served(): Array<readonly [name: string, version: Version]> {
    return [...this.models].flatMap(([name, model]) => {
      const version = model.find();
      return version == null ? [] : [[name, version] as const];
    });
  }

  /** Ends all models, when they have answered what they have been asked. What is being loaded is given up. */
  async end(): Promise<void> {
    this.ended = true;
    clearTimeout(this.timer);
    await this.updating;
    for (const [name, model] of this.models) this.remove(name, model);
    await Promise.all(this.ending.keys());
  }

  private updateSoon(): void {
    if (this.ended) return;
    this.timer = setTimeout(() => {
      this.updating = this.update()
        .then(() => void this.problems.delete(''))
        .catch((error: Error) => this.tellProblem('', error))
        .finally(() => this.updateSoon());
    }, INTERVAL_MS);
  }

  private async update(): Promise<void> {
    const folders = await this.folders();
    for (const [name, model] of this.models) {
      if (Object.keys(folders).includes(name)) continue;
      this.models.delete(name);
      this.problems.delete(name);
      this.remove(name, model);
    }
    this.add(folders);
    // A model that takes long to load does not keep the others.
    for (const [name, model] of this.models) {
      if (!model.isUpdating) void this.updated(name, model);
    }
  }

  /** A model whose folder cannot be read goes on with what it has. */
  private async updated(name: string, model: ModelVersions): Promise<void> {
    await model
      .update()
      .then(() => void this.problems.delete(name))
      .catch((error: Error) => this.tellProblem(name, error));
  }

  /** A folder that stays unreadable is looked at each second: it is told once. */
  private tellProblem(name: string, { message }: Error): void {
    if (this.problems.get(name) === message) return;
    this.problems.set(name, message);
    this.log(message);
  }

  private log(failure: string): void {
    if (this.started) this.options.log(failure);
    else this.failures.push(failure);
  }

  private add(folders: Readonly<Record<string, string>>): void {
    for (const [name, folder] of Object.entries(folders)) {
      // One that ends has the name in metrics until it has ended.
      if (this.models.has(name) || [...this.ending.values()].includes(name)) continue;
      const { warmupShapes, ...options } = this.options;
      const shapes = warmupShapes[name];
      const ofModel = { ...options, ...(shapes != null && { warmupShapes: shapes }) };
      this.models.set(name, new ModelVersions(folder, ofModel, this.eventsOf(name)));
    }
  }

  private remove(name: string, model: ModelVersions): void {
    const ending = model.end().finally(() => this.ending.delete(ending));
    this.ending.set(ending, name);
  }

  /** The folders of all models by name: a model of its own hides one of the same name in the folder of models. */
  private async folders(): Promise<Record<string, string>> {
    const { models, modelsFolder } = this.options;
    if (modelsFolder == null) return { ...models };
    const names = (await foldersIn(modelsFolder)).filter((name) => modelName.holds(name));
    const found = names.map((name) => [name, join(modelsFolder, name)] as const);
    return { ...Object.fromEntries(found), ...models };
  }

  private async checkFolder(): Promise<void> {
    const { modelsFolder } = this.options;
    if (modelsFolder == null) return;
    const isFolder = (await stat(modelsFolder).catch(() => undefined))?.isDirectory();
    if (isFolder) return;
    throw argumentError('createServer', 'modelsFolder', 'a folder with models', modelsFolder);
  }

  private eventsOf(name: string): VersionEvents {
    return {
      ofThread: () => this.metrics.ofThread(),
      changed: (version, state) => this.metrics.versionIs(name, version, state),
      failed: (version, message) => {
        this.metrics.versionFailed(name);
        this.log(`Version ${version} of model "${name}": ${message}`);
      },
    };
  }
}
