import { startProgram, type Program } from '../program';

/** The real server of examples/serve; resolves when it listens. */
export function startServer(model: string, ...options: string[]): Promise<Program> {
  const args = ['--port', '0', '--model', model, ...options];
  return startProgram('examples/serve/main.ts', args, /http:\S+(?=\/metrics\n)/);
}
