import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * A client may send several requests before it reads, and takes the answers in their order. Node keeps this order,
 * but not for what is no request: its refusal must wait for the answers to the requests before it.
 */
export class AnswersInOrder {
  private readonly unanswered = new WeakMap<Socket, Map<ServerResponse, IncomingMessage>>();
  private readonly refused = new WeakSet<Socket>();

  constructor(server: Server) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const { socket } = request;
      const ofSocket = this.unanswered.get(socket) ?? new Map<ServerResponse, IncomingMessage>();
      this.unanswered.set(socket, ofSocket.set(response, request));
      response.once('close', () => ofSocket.delete(response));
    });
  }

  /** Calls `refuse` once, when the requests that came before on this connection have their answers. */
  refuseAfterThem(socket: Socket, refuse: () => void): void {
    if (this.refused.has(socket)) return;
    this.refused.add(socket);
    const ofSocket = this.unanswered.get(socket) ?? new Map<ServerResponse, IncomingMessage>();
    // An incomplete request is the one that is refused.
    const [last] = [...ofSocket].filter(([, { complete }]) => complete).reverse();
    if (last == null) refuse();
    else last[0].once('close', refuse);
  }
}
