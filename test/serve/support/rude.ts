import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Clients that Node's own would not be. */

export async function connected(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
}

/** The head and body of a POST. */
export function postText(url: string, body: string): string {
  const { pathname, host } = new URL(url);
  return (
    `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

/** Sends parts of a text with a rest before each, and resolves with all that comes until the end. */
export async function talk(url: string, parts: string | string[], restMs = 0): Promise<string> {
  const socket = await connected(url);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  const end = once(socket, 'end');
  for (const part of [parts].flat()) {
    if (restMs > 0) await sleep(restMs);
    socket.write(part);
  }
  await end;
  socket.destroy();
  return Buffer.concat(chunks).toString();
}

/** Sends a text, and is gone before there can be an answer. */
export async function sendAndGo(url: string, text: string): Promise<void> {
  const socket = await connected(url);
  socket.on('error', () => {}); // the answer may meet a closed door
  await new Promise((resolve) => socket.write(text, resolve));
  socket.destroy();
}

/** The text in a number of parts. */
export function inParts(text: string, count: number): string[] {
  const size = Math.ceil(text.length / count);
  return Array.from({ length: count }, (_, i) => text.slice(i * size, (i + 1) * size));
}
