import { cpus } from 'node:os';

export function machine(): string {
  const processors = cpus();
  return `${processors.length} cores of ${processors[0].model.trim()}, ${process.platform}`;
}

/** How the figures can be made again. */
export function commandLine(script: string): string {
  const args = process.argv.slice(2);
  return [`npm run ${script}`, ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
}
