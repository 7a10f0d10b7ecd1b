import { send, type RequestOptions } from './client';

/** The message of a refusal: JSON of it and nothing else, without a trace of where the server threw it. */
export async function errorOf(
  status: number,
  url: string,
  options: RequestOptions = {},
): Promise<string> {
  const answer = await send(url, options);
  expect(answer).toMatchObject({ status, body: { error: expect.any(String) } });
  expect(Object.keys(answer.body)).toEqual(['error']);
  expect(answer.body.error).not.toMatch(/node_modules|\.[jt]s\b|\n/);
  return answer.body.error;
}
