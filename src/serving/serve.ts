import { serveByWorkers } from './cluster/supervisor';
import type { ResolvedOptions } from './options';
import type { Running } from './running';
import { serveHere } from './serve_here';

/** Serves in this process, or in several. */
export function serve(options: ResolvedOptions): Promise<Running> {
  return options.workers > 1 ? serveByWorkers(options) : serveHere(options);
}
