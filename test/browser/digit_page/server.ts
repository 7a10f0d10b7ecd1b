import { startProgram, type Program } from '../program';

/** The command `serve` and the page of examples/serve before it; resolves when both listen. */
export async function startServer(model: string, ...options: string[]): Promise<Program> {
  const args = ['serve', model, '--port', '0', ...options];
  const server = await startProgram('dist/cli.js', args, /http:\S+(?=\/metrics\n)/);
  const pageArgs = ['--port', '0', '--server', server.url];
  const page = await startProgram('examples/serve/main.ts', pageArgs, /http:\S+(?=\/\n)/);
  return {
    url: page.url,
    stop: async () => {
      await page.stop();
      return server.stop();
    },
  };
}
