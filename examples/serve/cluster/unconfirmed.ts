import type { Worker } from 'node:cluster';

/** A connection of the system, as Node's cluster hands it to a worker. */
interface Connection {
  close(): void;
}

/** What Node's cluster and its workers tell each other. */
interface ClusterMessage {
  readonly act?: string;
  /** The number of a message that is to be confirmed. */
  readonly seq?: number;
  /** The number of the message that this one confirms. */
  readonly ack?: number;
}

/**
 * Node's cluster keeps a connection until the worker has confirmed that it took it. If the worker dies
 * before, the connection would stay open, and its client wait for ever: here it is closed, as are those
 * that the worker had taken.
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
  // Its "disconnect" does not come before the connection is confirmed.
  worker.once('exit', () => {
    for (const connection of unconfirmed.values()) connection.close();
  });
}
