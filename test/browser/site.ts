import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { build } from 'esbuild';
import { present } from '../support/present';

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};

const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const policy = (scripts: string) => ({
  'Content-Security-Policy': `default-src 'none'; connect-src 'self'; img-src data:; script-src ${scripts}`,
});

/** What the pages below a path are sent with: the same page, allowed more or less. */
const HEADERS = {
  /** Nothing is forbidden. */
  plain: {},
  /** They are cross-origin isolated, and so may share memory between threads. */
  isolated: ISOLATION,
  /** A Content-Security-Policy without 'wasm-unsafe-eval': WebAssembly is refused. */
  withoutWasm: policy("'self'"),
  /** One without `worker-src blob:`, and memory that could be shared with workers: they are refused. */
  withoutWorkers: { ...policy("'self' 'wasm-unsafe-eval'"), ...ISOLATION },
};

export type Access = keyof typeof HEADERS;

/** The pages, and the folders and files of packages that they load. */
const FILES = {
  main: {
    '@tensorflow/tfjs-backend-wasm/wasm-out': ['', '-simd', '-threaded-simd'].map(
      (kind) => `tfjs-backend-wasm${kind}.wasm`,
    ),
  },
  places: {
    '@electric-sql/pglite/dist': ['pglite.wasm', 'pglite.data', 'initdb.wasm'],
    '@electric-sql/pglite-pgvector/dist': ['vector.tar.gz'],
  },
} as const satisfies Record<string, Record<string, readonly string[]>>;

/** A file of `page/`. */
export type Entry = keyof typeof FILES;

/** A page of `page/`, bundled as an application would be, and served on this machine. */
export interface Site {
  urlOf(access: Access): string;
  close(): void;
}

export async function openSite(entry: Entry): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'tfjs-bitcore-browser-'));
  await bundle(folder, entry);
  const server = await serve(folder);
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    rmSync(folder, { recursive: true });
  };
  return { urlOf: (access) => `http://127.0.0.1:${port}/${access}/`, close };
}

/** The page imports 'tfjs-bitcore' by its name, which leads to dist/ by way of package.json. */
async function bundle(folder: string, entry: Entry): Promise<void> {
  await build({
    entryPoints: [join(__dirname, `page/${entry}.ts`)],
    outfile: join(folder, 'main.js'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    // PGlite imports it in Node alone.
    external: ['node:module'],
    logLevel: 'error',
  }).catch((error: Error) => {
    throw new Error(`Run \`npm run build\` first? ${error.message}`);
  });
  const html = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="main.js">';
  writeFileSync(join(folder, 'index.html'), `${html}</script>\n`);
  for (const [part, files] of Object.entries(FILES[entry])) {
    for (const file of files) {
      copyFileSync(join(__dirname, '../../node_modules', part, file), join(folder, file));
    }
  }
}

async function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(present(request.url), 'http://localhost').pathname;
    const file = basename(path.endsWith('/') ? 'index.html' : path);
    const headers = HEADERS[path.split('/')[1] as Access];
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
