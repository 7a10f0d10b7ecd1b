import type { Worker } from 'node:cluster';

/** A connection of the system, as Node's cluster hands it to a worker. */
interface Connection {
  close(): void;
}

/** A message between Node's cluster and its workers. */
interface ClusterMessage {
  readonly act?: string;
  /** The number of a message that is to be confirmed. */
  readonly seq?: number;
  /** The number of the message that this one confirms. */
  readonly ack?: number;
}

/**
 * Node's cluster keeps a connection until the worker has confirmed that it took it. If the worker dies
 * earlier, the connection would stay open, and its client would wait for ever. This closes it, as the
 * connections that the worker had taken are closed.
 */
export function closeUnconfirmedOnExit({ process: worker }: Worker): void {
  const unconfirmed = new Map<number, Connection>();
  const send = worker.send.bind(worker) as (message: ClusterMessage, ...rest: unknown[]) => boolean;
  const remember = (message: ClusterMessage, ...rest: unknown[]) => {
    const { act, seq } = message;
    if (act === 'newconn' && seq != null) unconfirmed.set(seq, rest[0] as Connection);
    return send(message, ...rest);
  };
  worker.send = remember;
  worker.on('internalMessage', ({ ack }: ClusterMessage) => {
    if (ack != null) unconfirmed.delete(ack);
  });
  // The event "disconnect" of the worker does not come before the connection is confirmed.
  worker.once('exit', () => {
    for (const connection of unconfirmed.values()) connection.close();
  });
}
