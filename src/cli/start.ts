import { startBackend } from './backend';
import { importFiles } from './imports';

/** Runs the files of `--import`, then starts a backend: the last one to be set is the one that computes. */
export async function start(imports: readonly string[] = []): Promise<string> {
  await importFiles(imports);
  return startBackend();
}
