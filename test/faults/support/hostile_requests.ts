import { damageJson, pick } from './json_damage';

type Random = () => number;

/** A request as it could be sent. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

export interface Hostile extends Request {
  /** What was done to it. */
  readonly kind: string;
  /** The statuses that are right for it. */
  readonly statuses: readonly number[];
}

/** A way to ask a model for rows of 16 numbers. */
export interface Format {
  readonly name: string;
  /** Of the model "net". */
  readonly path: string;
  /** The path of another model, or of a version, that is not there. */
  readonly elsewhere: (random: Random) => string;
  /** The status of a path that means nothing. */
  readonly malformed: number;
  /** A good request; `values` are `rows` rows of `columns` numbers. */
  readonly request: (rows: number, columns: number, values: readonly unknown[]) => Written;
}

interface Written {
  readonly json: object;
  /** The bytes behind the JSON, if the format has some. */
  readonly binary?: Buffer;
}

const HEADER = 'Inference-Header-Content-Length';

function written({ path }: Format, { json, binary }: Written): Request {
  const head = Buffer.from(JSON.stringify(json));
  const headers: Record<string, string> = binary == null ? {} : { [HEADER]: `${head.length}` };
  return { method: 'POST', path, headers, body: Buffer.concat([head, binary ?? Buffer.alloc(0)]) };
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i % 7);

export function goodRequest(format: Format): Request {
  return written(format, format.request(2, 16, numbers(32)));
}

const integer = (random: Random, from: number, to: number) =>
  from + Math.floor(random() * (to - from + 1));

const bytes = (random: Random, count: number) =>
  Buffer.from(Array.from({ length: count }, () => integer(random, 0, 255)));

/** No numbers of float32, in JSON. */
const NO_NUMBERS = [
  null,
  true,
  '',
  '1',
  'nan',
  [],
  [1],
  {},
  1e39,
  -1e300,
  { __proto__: null, x: 1 },
];

type Make = (format: Format, random: Random) => Partial<Request>;

/** Each way to be hostile, with the statuses that are right. */
function kindsFor(
  format: Format,
): Record<string, readonly [statuses: readonly number[], make: Make]> {
  const isBinary = format.request(1, 16, numbers(16)).binary != null;
  const inJson: Record<string, readonly [readonly number[], Make]> = {
    'what is no number': [
      [400],
      (_, random) => {
        const values: unknown[] = numbers(32);
        values[integer(random, 0, 31)] = pick(random, NO_NUMBERS);
        return written(format, format.request(2, 16, values));
      },
    ],
    'a wrong number of values': [
      [400],
      (_, random) => {
        const values = numbers(pick(random, [0, 1, 31, 33, 1000]));
        return written(format, format.request(2, values.length / 2, values));
      },
    ],
  };
  const inBytes: Record<string, readonly [readonly number[], Make]> = {
    'bytes that are missing, or too many': [
      [400],
      (_, random) => {
        const { headers, body } = goodRequest(format);
        const more = bytes(random, integer(random, 1, 100));
        const cut = body.subarray(0, body.length - integer(random, 1, 128));
        return { headers, body: random() < 0.5 ? cut : Buffer.concat([body, more]) };
      },
    ],
    'a false length of the JSON': [
      [400],
      (_, random) => {
        const length = Number(goodRequest(format).headers[HEADER]);
        const false_ = ['', '-1', 'x', '1e3', '99999999', `${length + 1}`, `${length - 1}`, '0'];
        return { headers: { [HEADER]: pick(random, false_) } };
      },
    ],
  };
  return {
    ...(isBinary ? inBytes : inJson),
    'JSON that is damaged in one place': [
      [200, 400],
      (_, random) => {
        const { json, binary } = structuredClone(format.request(2, 16, numbers(32)));
        damageJson(json, random);
        return written(format, { json, ...(binary && { binary: Buffer.from(binary) }) });
      },
    ],
    'bytes that are flipped': [
      [200, 400],
      (_, random) => {
        const { headers, body: good } = goodRequest(format);
        const body = Buffer.from(good);
        for (let i = integer(random, 1, 4); i > 0; i--) {
          body[integer(random, 0, body.length - 1)] = integer(random, 0, 255);
        }
        return { headers, body };
      },
    ],
    'JSON that breaks off': [
      [400],
      (_, random) => {
        const { body, headers } = goodRequest(format);
        const most = Number(headers[HEADER] ?? body.length) - 1;
        return { headers: {}, body: body.subarray(0, integer(random, 0, most)) };
      },
    ],
    noise: [[400], (_, random) => ({ headers: {}, body: bytes(random, integer(random, 1, 5000)) })],
    'lists in lists': [
      [400],
      (_, random) => ({
        headers: {},
        body: Buffer.from('[{"a":'.repeat(integer(random, 50, 6000))),
      }),
    ],
    'names of objects': [
      [400],
      (_, random) => {
        const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
        const body = `{"${pick(random, names)}": {"inputs": [{"name": "${pick(random, names)}"}]}}`;
        return { headers: {}, body: Buffer.from(body) };
      },
    ],
    'too many rows': [
      [400],
      (_, random) => {
        const rows = integer(random, 65, 80);
        return written(format, format.request(rows, 16, numbers(16 * rows)));
      },
    ],
    'too large': [[413], () => ({ headers: {}, body: Buffer.alloc(50_000, ' ') })],
    'a model or version that is not there': [
      [404],
      (_, random) => ({ path: format.elsewhere(random) }),
    ],
    'a path that means nothing': [
      [format.malformed],
      (_, random) => ({
        path: `${format.path}${pick(random, ['/x', '//', ':y', '/%00', '/..%2f', ';'])}`,
      }),
    ],
    'a method that means nothing': [
      [format.malformed],
      // Node's client sends no length of a body with some of them.
      (_, random) => ({
        method: pick(random, ['PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND']),
        body: Buffer.alloc(0),
      }),
    ],
    'a foreign host': [[403], () => ({ headers: { Host: 'attacker.example' } })],
    'a foreign page': [[403], () => ({ headers: { Origin: 'https://attacker.example' } })],
  };
}

/** So many requests, the same for the same seed; each kind comes about as often as any other. */
export function* hostileRequests(
  format: Format,
  count: number,
  random: Random,
): Generator<Hostile> {
  const kinds = Object.entries(kindsFor(format));
  for (let i = 0; i < count; i++) {
    const [kind, [statuses, make]] = kinds[i % kinds.length];
    const good = goodRequest(format);
    const { headers = {}, ...change } = make(format, random);
    const all = change.body == null ? { ...good.headers, ...headers } : headers;
    yield { ...good, ...change, headers: all, kind, statuses };
  }
}
