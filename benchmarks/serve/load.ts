import autocannon from 'autocannon';

export interface Load {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly answers: number;
  readonly wrongAnswers: number;
}

/** float32 sums of a larger batch may be rounded otherwise: relative to a row's largest output. */
const FLOAT_TOLERANCE = 1e-5;

/** Clients on `connections` connections, each of which asks again as soon as it has its answer. */
export async function load(
  url: string,
  bodies: readonly string[],
  expected: ReadonlyArray<readonly number[]>,
  exact: boolean,
  connections: number,
  seconds: number,
): Promise<Load> {
  let [next, answers, wrongAnswers] = [0, 0, 0];
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: [
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        setupRequest: (request, context) => {
          const row = next++ % bodies.length;
          Object.assign(context, { row });
          return { ...request, body: bodies[row]! };
        },
        onResponse: (status, body, context) => {
          const { row } = context as { row: number };
          answers++;
          if (status !== 200 || !isRight(body, expected[row]!, exact)) wrongAnswers++;
        },
      },
    ],
  });
  const { requests, latency, errors } = result;
  wrongAnswers += errors;
  return {
    requestsPerSecond: requests.total / result.duration,
    p50Ms: latency.p50,
    p99Ms: latency.p99,
    answers,
    wrongAnswers,
  };
}

function isRight(body: string, expected: readonly number[], exact: boolean): boolean {
  const { predictions } = JSON.parse(body) as { predictions: number[][] };
  const largest = Math.max(...expected.map(Math.abs));
  const tolerance = exact ? 0 : FLOAT_TOLERANCE * largest;
  const [row] = predictions;
  return expected.every((value, i) => Math.abs(value - row![i]!) <= tolerance);
}
