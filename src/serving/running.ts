/** A model that the server has loaded. */
export interface LoadedModel {
  /** Its name in URLs. */
  readonly name: string;
  /** The version of it that is served. */
  readonly version: number;
  /** The folder that holds the version. */
  readonly folder: string;
  /** The backend that computes it. */
  readonly backend: string;
  /** Its layers, as a table for people. */
  readonly table: string;
  /** Why its first answers will be slow, if the server could not try it. */
  readonly notWarm: string | undefined;
}

/** A server that listens. */
export interface Running {
  /** `http://HOST:PORT` */
  readonly address: string;
  readonly models: readonly LoadedModel[];
  /** Answers what has arrived, then ends. */
  stop(): Promise<void>;
}
