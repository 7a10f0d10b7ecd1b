import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { build } from 'esbuild';
import { present } from '../support/present';

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** Pages below this path are cross-origin isolated, and so may share memory between threads. */
const ISOLATED = '/isolated/';
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const WASM_FILES = ['', '-simd', '-threaded-simd'].map((kind) => `tfjs-backend-wasm${kind}.wasm`);

/** The page of `page/main.ts`, bundled as an application would be, and served on this machine. */
export interface Site {
  readonly url: string;
  readonly isolatedUrl: string;
  close(): void;
}

export async function openSite(): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'tfjs-bitcore-browser-'));
  await bundle(folder);
  const server = await serve(folder);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const close = () => {
    server.close();
    rmSync(folder, { recursive: true });
  };
  return { url, isolatedUrl: url.replace(/\/$/, ISOLATED), close };
}

/** The page imports 'tfjs-bitcore' by its name, which leads to dist/ by way of package.json. */
async function bundle(folder: string): Promise<void> {
  await build({
    entryPoints: [join(__dirname, 'page/main.ts')],
    outfile: join(folder, 'main.js'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
  }).catch((error: Error) => {
    throw new Error(`Run \`npm run build\` first? ${error.message}`);
  });
  const html = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="main.js">';
  writeFileSync(join(folder, 'index.html'), `${html}</script>\n`);
  const wasm = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  for (const file of WASM_FILES) copyFileSync(join(wasm, 'wasm-out', file), join(folder, file));
}

async function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(present(request.url), 'http://localhost').pathname;
    const file = basename(path.endsWith('/') ? 'index.html' : path);
    const headers = path.startsWith(ISOLATED) ? ISOLATION : {};
    readFile(join(folder, file)).then(
      (content) => {
        const type = TYPES[extname(file)] ?? 'application/octet-stream';
        response.writeHead(200, { 'Content-Type': type, ...headers }).end(content);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
