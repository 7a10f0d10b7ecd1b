import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { refusalForNow, type Answer } from '../model/predictor';

/** Connections above the limit, which are only told so. */
const SURPLUS = 64;

/**
 * Limits the connections. A new one above the limit takes the place of the one that has waited longest for
 * its client: between two requests, or for the rest of a request. So clients that are silent or slow do not shut
 * others out. If all connections wait for the server, the new one is told to come again.
 */
export class Connections {
  private readonly open = new Set<Socket>();
  /** Those that wait for their clients, the longest first; the bytes that each had sent before. */
  private readonly waiting = new Map<Socket, number>();
  private readonly surplus = new WeakSet<Socket>();

  constructor(
    server: Server,
    private readonly most: number,
    private readonly refuse: (socket: Socket, answer: Answer) => void,
  ) {
    server.maxConnections = most + SURPLUS;
    server.on('connection', (socket: Socket) => this.begin(socket));
    server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      this.wait(socket);
      response.once('close', () => this.wait(socket));
    });
  }

  /** Its client has sent a whole request. */
  requestArrived(socket: Socket): void {
    this.waiting.delete(socket);
  }

  /** There were too many when it came, and still are. */
  isSurplus(socket: Socket): boolean {
    if (this.open.size <= this.most) this.surplus.delete(socket);
    return this.surplus.has(socket);
  }

  private begin(socket: Socket): void {
    this.open.add(socket);
    socket.once('close', () => this.end(socket));
    if (this.open.size > this.most && !this.endLongestWaiting()) this.surplus.add(socket);
    this.wait(socket);
  }

  private wait(socket: Socket): void {
    this.waiting.delete(socket);
    if (this.open.has(socket)) this.waiting.set(socket, socket.bytesRead);
  }

  private end(socket: Socket): void {
    this.open.delete(socket);
    this.waiting.delete(socket);
  }

  private endLongestWaiting(): boolean {
    const [longest] = this.waiting;
    if (longest == null) return false;
    const [socket, bytesBefore] = longest;
    this.end(socket);
    const betweenRequests = socket.bytesRead === bytesBefore;
    if (betweenRequests) socket.destroy();
    else this.refuse(socket, refusalForNow('Other connections need the place of this slow one.'));
    return true;
  }
}
