import type { Predictor } from '../model/predictor';

/** As TensorFlow Serving calls them. */
export type VersionState = 'LOADING' | 'AVAILABLE' | 'UNLOADING' | 'END';

/** What has become of a version of a model. */
export interface VersionStatus {
  readonly number: number;
  readonly state: VersionState;
  /** Why it could not be loaded, or has ended; else ''. */
  readonly error: string;
}

/** A version that answers. */
export type ServedVersion = VersionStatus & Predictor;

/** The versions of one model. */
export interface ServedVersions {
  /** The version that is served; undefined if there is none, or if it is not the one that is wanted. */
  find(number?: number): ServedVersion | undefined;
  /** All that are known, the newest first. */
  all(): readonly VersionStatus[];
}

/** All models of a server. */
export interface ServedModels {
  /** Undefined if no model has the name. */
  get(name: string): ServedVersions | undefined;
  names(): string[];
}
