import { replacingMicrokernels } from '../../support/first_in_threads';

export interface Prepared {
  /** A number for the workers' code to change. */
  readonly shown: Int32Array;
  readonly workers: Worker[];
  restore(): void;
}

/** In the workers started until `restore`, microkernels run `body` instead; see `insteadOfMicrokernels`. */
export function firstInWorkers(body?: string): Prepared {
  const shown = new Int32Array(new SharedArrayBuffer(4));
  const workers: Worker[] = [];
  const { Blob, Worker } = globalThis;
  globalThis.Blob = class extends Blob {
    constructor(parts: BlobPart[] = [], options?: BlobPropertyBag) {
      super(body == null ? parts : [codeFor(body), ...parts], options);
    }
  };
  globalThis.Worker = class extends Worker {
    constructor(url: string | URL) {
      super(url);
      workers.push(this);
    }
    override postMessage(message: object): void {
      super.postMessage({ ...message, shown });
    }
  };
  return { shown, workers, restore: () => Object.assign(globalThis, { Blob, Worker }) };
}

function codeFor(body: string): string {
  return `{
    let shown, memory;
    addEventListener('message', (event) => ({ shown, data: { memory } } = event.data));
    ${replacingMicrokernels(body)}
  }`;
}
