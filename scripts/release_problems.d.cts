export interface ReleaseFiles {
  readonly manifest: {
    readonly version: string;
    readonly repository?: { readonly url?: string };
    readonly bugs?: { readonly url?: string };
    readonly homepage?: string;
  };
  readonly lock: {
    readonly version: string;
    readonly packages: { readonly '': { readonly version: string } };
  };
  /** The text of CHANGELOG.md. */
  readonly changelog: string;
}

export function releaseProblems(files: ReleaseFiles): {
  readonly now: string[];
  readonly atRelease: string[];
};
