import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { present } from '../../support/present';

/** What a server answered. */
export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Body;
}

/** A request without answer. */
export class NoAnswer extends Error {
  constructor(
    readonly code: string,
    /** The connection was made, and the whole request handed over to the system. */
    readonly sent: boolean,
  ) {
    super(`${code}, ${sent ? 'sent' : 'not sent'}`);
  }
}

export interface RequestOptions {
  readonly method?: string;
  /** JSON of anything but strings and bytes, which are sent as they are. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly agent?: Agent;
}

/** Sends a request (POST if it has a body), and reads the answer: JSON, bytes, or text. */
export function send<Body = any>( // eslint-disable-line @typescript-eslint/no-explicit-any
  url: string,
  { body, method = body == null ? 'GET' : 'POST', headers, agent }: RequestOptions = {},
): Promise<Answer<Body>> {
  return new Promise((resolve, reject) => {
    const sending = request(url, { method, ...(headers && { headers }), ...(agent && { agent }) });
    let sent = false;
    sending.on('finish', () => (sent = true));
    sending.on('error', (error: NodeJS.ErrnoException) =>
      reject(new NoAnswer(error.code ?? error.message, sent)),
    );
    sending.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', (error: NodeJS.ErrnoException) =>
        reject(new NoAnswer(error.code ?? error.message, true)),
      );
      response.on('end', () => {
        const { headers } = response;
        const body = read(Buffer.concat(chunks), headers['content-type'] ?? '') as Body;
        resolve({ status: present(response.statusCode), headers, body });
      });
    });
    sending.end(written(body));
  });
}

function read(bytes: Buffer, type: string): unknown {
  if (/json/.test(type)) return JSON.parse(bytes.toString());
  return /octet-stream/.test(type) ? bytes : bytes.toString();
}

function written(body: unknown): string | Uint8Array | undefined {
  if (body == null) return undefined;
  return typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
}

/** Connections that are used again. */
export function keepAlive(connections: number): Agent {
  return new Agent({ keepAlive: true, maxSockets: connections });
}

/** The values of a server's metrics by name and labels, as in its text. */
export async function metricsOf(url: string, agent?: Agent): Promise<Record<string, number>> {
  const { body } = await send<string>(`${url}/metrics`, { ...(agent && { agent }) });
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

/** Does something with each index below `count`, on so many at once. */
export async function onConnections(
  connections: number,
  count: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const loop = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: connections }, loop));
}
