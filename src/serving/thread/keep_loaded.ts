import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Each load keeps a little of the memory of the process. */
let isKept = false;

/**
 * Loads the library of tfjs-node in this thread, too, if it is installed. Node unloads a library with the
 * last thread that has loaded it, but TensorFlow's own threads still run in it: the process would end with
 * a segmentation fault instead of its exit code.
 */
export function keepTensorFlowLoaded(): void {
  if (isKept) return;
  for (const path of bindings()) process.dlopen({ exports: {} }, path);
  isKept = true;
}

function bindings(): string[] {
  let library: string;
  try {
    const main = createRequire(__filename).resolve('@tensorflow/tfjs-node/package.json');
    library = join(dirname(main), 'lib');
  } catch {
    return [];
  }
  const versions = existsSync(library) ? readdirSync(library) : [];
  return versions
    .map((version) => join(library, version, 'tfjs_binding.node'))
    .filter((path) => existsSync(path));
}
