import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** Only what the server sends runs in the page, which sends requests to no other server. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves files that are in memory, and below `net/` those of a folder. */
export function createPageServer(files: Map<string, Uint8Array>, net: string): Server {
  return createServer((request, response) => {
    const path = request.url!.slice(1).split('?')[0] || 'index.html';
    const content = path.startsWith('net/')
      ? readFile(join(net, basename(path)))
      : Promise.resolve(files.get(path));
    const refuse = () => response.writeHead(404).end();
    content.then((bytes) => {
      if (bytes == null) return refuse();
      const type = TYPES[extname(path)] ?? 'application/octet-stream';
      response.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': POLICY });
      response.end(bytes);
    }, refuse);
  });
}
