import autocannon from 'autocannon';

export interface Load {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly answers: number;
  readonly wrongAnswers: number;
}

/** A request without its URL. */
export interface Question {
  readonly headers: Record<string, string>;
  readonly body: string | Buffer;
}

/** What clients ask, and what is right. */
export interface Task {
  readonly url: string;
  readonly questions: readonly Question[];
  readonly outputs: (answer: string) => readonly number[];
  /** For each question. */
  readonly expected: ReadonlyArray<readonly number[]>;
  /** Each float must be equal. */
  readonly exact: boolean;
}

/** float32 sums of a larger batch may be rounded otherwise: relative to a row's largest output. */
const FLOAT_TOLERANCE = 1e-5;

/** Clients on `connections` connections, each of which asks again as soon as it has its answer. */
export async function load(task: Task, connections: number, seconds: number): Promise<Load> {
  let [clients, answers, wrongAnswers] = [0, 0, 0];
  const { url, outputs, expected, exact } = task;
  const questions = task.questions.map((question, row) => ({
    method: 'POST' as const,
    ...question,
    onResponse: (status: number, answer: string) => {
      answers++;
      if (status !== 200 || !isRight(outputs(answer), expected[row], exact)) wrongAnswers++;
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

function isRight(row: readonly number[], expected: readonly number[], exact: boolean): boolean {
  const largest = Math.max(...expected.map(Math.abs));
  const tolerance = exact ? 0 : FLOAT_TOLERANCE * largest;
  return expected.every((value, i) => Math.abs(value - row[i]) <= tolerance);
}
