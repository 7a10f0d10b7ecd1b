import { BadBody } from './bad_body';
import type { CheckJson } from './check_json';
import { checkJsonBounds, type JsonBounds } from './json_bounds';

/** Reads JSON of clients that may send anything. */
export class JsonReader {
  /** @param takes what the model takes, in the words of the protocol. */
  constructor(
    private readonly bounds: JsonBounds,
    private readonly check: CheckJson,
    private readonly takes: string,
  ) {}

  /** @throws BadBody if it is no JSON, or not what the model takes; the message says what that is. */
  read(bytes: Buffer): unknown {
    this.tellingWhatTheModelTakes(() => checkJsonBounds(bytes, this.bounds));
    const value = parseJson(bytes);
    this.tellingWhatTheModelTakes(() => this.check(value));
    return value;
  }

  /** Adds what the model takes to a BadBody that `work` throws. */
  tellingWhatTheModelTakes<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof BadBody)) throw error;
      throw new BadBody(`${error.message}. The model takes ${this.takes}.`);
    }
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch (error) {
    throw new BadBody(`JSON Parse error: ${(error as Error).message}`);
  }
}
