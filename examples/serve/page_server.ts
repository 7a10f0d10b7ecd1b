import { readFileSync } from 'node:fs';
import {
  createServer,
  request,
  type IncomingMessage,
  type RequestOptions,
  type Server,
} from 'node:http';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { urlToHttpOptions } from 'node:url';

/** The whole page is one file: nothing else may run in it, and it sends requests to no other server. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Shows the page, and hands all other requests on to the server of models: so page and server have one origin, as
 * behind the proxy of a web site.
 * @param modelServer its address.
 */
export function createPageServer(modelServer: string): Server {
  const page = readFileSync(join(__dirname, 'index.html'));
  const origin = urlToHttpOptions(new URL(modelServer));
  return createServer((question, answer) => {
    if (question.url !== '/') return handOn(question, answer, origin);
    answer.setHeader('Content-Type', 'text/html; charset=utf-8');
    answer.setHeader('Content-Security-Policy', PAGE_POLICY);
    answer.end(page);
  });
}

/** To the server of the model and no other, whatever the URL of the question is. */
function handOn(question: IncomingMessage, answer: ServerResponse, origin: RequestOptions): void {
  const { method, headers, url: path } = question;
  const handedOn = request({ ...origin, path, method, headers }, (received) => {
    answer.writeHead(received.statusCode!, received.headers);
    received.pipe(answer);
  });
  handedOn.on('error', ({ message }) => {
    if (answer.headersSent) return answer.destroy();
    answer.writeHead(502, { 'Content-Type': 'application/json' });
    answer.end(JSON.stringify({ error: `The server does not answer (${message}).` }));
  });
  question.pipe(handedOn);
}
