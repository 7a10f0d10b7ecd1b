import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder } from './folders';

const ROOT = join(__dirname, '../..');

export interface Installation {
  /** The folder of a project, with the package in its node_modules. */
  readonly project: string;
  /** The program of the command. */
  readonly program: string;
}

/** The package as installed beside some packages of TensorFlow.js. */
export function installedWith(...packages: string[]): Installation {
  const project = newFolder();
  const modules = join(project, 'node_modules');
  const here = join(modules, 'tfjs-bitcore');
  cpSync(join(ROOT, 'dist'), join(here, 'dist'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(here, 'package.json'));
  mkdirSync(join(modules, '@tensorflow'));
  for (const name of packages) {
    const path = join('@tensorflow', name);
    symlinkSync(join(ROOT, 'node_modules', path), join(modules, path));
  }
  return { project, program: join(here, 'dist/cli.js') };
}
