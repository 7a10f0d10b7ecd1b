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
  let [clients, answers, wrongAnswers] = [0, 0, 0];
  const questions = bodies.map((body, row) => ({
    method: 'POST' as const,
    headers: { 'content-type': 'application/json' },
    body,
    onResponse: (status: number, answer: string) => {
      answers++;
      if (status !== 200 || !isRight(answer, expected[row], exact)) wrongAnswers++;
    },
  }));
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    // Made once, so that clients take little of the processors; each begins with another question.
    setupClient: (client) => {
      const first = clients++ % questions.length;
      client.setRequests([...questions.slice(first), ...questions.slice(0, first)]);
    },
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
  return expected.every((value, i) => Math.abs(value - row[i]) <= tolerance);
}
