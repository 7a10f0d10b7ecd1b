import * as tf from '@tensorflow/tfjs';
import { randomFloats } from '../../support/values';
import { keepAlive, NoAnswer, send } from './client';

/** What clients met. */
export interface Met {
  right: number;
  wrong: number;
  /** Answers 503: the server has too much to do. */
  busy: number;
  /** Connections that were not made. */
  refused: number;
  /** Requests that were sent, and have no answer. */
  readonly lost: string[];
}

/** Clients that each send a row of their own again and again. */
export class Load {
  readonly met: Met = { right: 0, wrong: 0, busy: 0, refused: 0, lost: [] };
  private readonly rows: number[][];
  private readonly expected: string[];
  private ended = false;

  /** @param model what the server at `url` serves, of 16 features. */
  constructor(
    private readonly url: string,
    model: tf.LayersModel,
    private readonly clients: number,
    private readonly staysConnected: boolean,
  ) {
    this.rows = Array.from({ length: clients }, (_, i) => [...randomFloats(16, i)]);
    const outputs = (model.predict(tf.tensor2d(this.rows)) as tf.Tensor2D).arraySync();
    this.expected = outputs.map((row) => JSON.stringify({ predictions: [row] }));
  }

  /** Goes on until `end()`; a client ends, too, when it is refused. */
  async run(): Promise<Met> {
    const agent = this.staysConnected ? keepAlive(this.clients) : undefined;
    const client = async (i: number) => {
      while (!this.ended && this.met.refused < this.clients) {
        if (!(await this.request(i, agent))) return;
      }
    };
    await Promise.all(this.rows.map((_, i) => client(i)));
    agent?.destroy();
    return this.met;
  }

  end(): void {
    this.ended = true;
  }

  /** False if the connection was refused. */
  private async request(i: number, agent?: ReturnType<typeof keepAlive>): Promise<boolean> {
    try {
      const body = { instances: [this.rows[i]] };
      const answer = await send(this.url, { body, ...(agent && { agent }) });
      const right = answer.status === 200 && JSON.stringify(answer.body) === this.expected[i];
      if (answer.status === 503) this.met.busy++;
      else this.met[right ? 'right' : 'wrong']++;
      return true;
    } catch (error) {
      const { code, sent, message } = error as NoAnswer;
      const refused = code === 'ECONNREFUSED' && !sent;
      if (refused) this.met.refused++;
      else if (sent) this.met.lost.push(message);
      return !refused;
    }
  }
}
