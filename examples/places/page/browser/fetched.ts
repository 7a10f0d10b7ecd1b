/** @throws if the server does not answer, or has no such file. */
export async function fetched(file: string): Promise<Response> {
  const response = await fetch(file).catch(({ message }: Error) => {
    throw new Error(`The server does not answer (${message}).`);
  });
  if (!response.ok) throw new Error(`The server has no ${file} (${response.status}).`);
  return response;
}
