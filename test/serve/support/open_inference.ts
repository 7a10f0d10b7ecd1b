import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import Ajv from 'ajv';
import { send, type Answer, type RequestOptions } from './client';

/* A client of the Open Inference Protocol that holds each answer against the protocol's own OpenAPI description. */

interface Description {
  readonly paths: Record<string, Record<string, { responses: Record<string, Response> }>>;
  readonly components: { readonly schemas: Record<string, object> };
}
interface Response {
  readonly content?: { readonly 'application/json': { readonly schema: { $ref: string } } };
}

const FILE = join(__dirname, '../../golden/open_inference_rest.json');
const description = JSON.parse(readFileSync(FILE, 'utf8')) as Description;
const ajv = new Ajv({ strict: false }).addSchema(description, 'protocol');

/** The values of a tensor in an answer, wherever they stood in it. */
interface Output {
  readonly name: string;
  readonly datatype: string;
  readonly shape: number[];
  readonly data: Array<number | string>;
}

export interface Inferred {
  readonly model_name: string;
  readonly model_version?: string;
  readonly id?: string;
  readonly outputs: Output[];
  /** The names of the outputs that came as bytes. */
  readonly binary: string[];
}

const ERROR = '#/components/schemas/inference_error_response';

/** Sends a request, and expects that the protocol describes the answer. */
export async function ask<Body = any>( // eslint-disable-line @typescript-eslint/no-explicit-any
  url: string,
  options: RequestOptions = {},
): Promise<Answer<Body>> {
  const answer = await send<Body>(url, options);
  const { pathname } = new URL(url);
  const method = options.method ?? (options.body == null ? 'GET' : 'POST');
  const { outputs, json } = decoded(answer);
  const schema = schemaOf(method.toLowerCase(), pathname, answer.status);
  if (schema != null) expectValid(schema, json);
  return outputs == null ? answer : { ...answer, body: outputs as Body };
}

/** Where the protocol describes only that there is an answer, undefined. */
function schemaOf(method: string, pathname: string, status: number): string | undefined {
  // Both forms of a path mean the same, and the description has one of each.
  const path = pathname
    .replace(/^\/v2$/, '/v2/')
    .replace(
      /^(\/v2\/models\/)[^/]+(?:\/versions\/[^/]+)?/,
      '$1${MODEL_NAME}/versions/${MODEL_VERSION}',
    );
  const responses = description.paths[path]?.[method]?.responses;
  if (status !== 200) return path.endsWith('/ready') ? undefined : ERROR;
  expect(responses).toHaveProperty('200');
  return responses['200'].content?.['application/json'].schema.$ref;
}

function expectValid(schema: string, body: unknown): void {
  const isValid = ajv.validate({ $ref: `protocol${schema}` }, body);
  expect({ isValid, body, errors: ajv.errors }).toMatchObject({ isValid: true });
}

/** The description knows no bytes: the JSON, with the values of the tensors put where it has them. */
function decoded({ headers, body }: Answer): { json: unknown; outputs?: Inferred } {
  const text = headers['inference-header-content-length'];
  if (text == null) {
    const { outputs } = (body ?? {}) as Partial<Inferred>;
    return outputs == null
      ? { json: body }
      : { json: body, outputs: { ...(body as Inferred), binary: [] } };
  }
  const bytes = body as unknown as Buffer;
  expect(headers['content-type']).toBe('application/octet-stream');
  expect(headers['content-length']).toBe(String(bytes.length));
  const jsonBytes = Number(text);
  const json = JSON.parse(bytes.subarray(0, jsonBytes).toString()) as {
    outputs: Array<Output & { parameters?: { binary_data_size: number } }>;
  };
  let end = jsonBytes;
  const binary: string[] = [];
  for (const output of json.outputs) {
    const size = output.parameters?.binary_data_size;
    if (size == null) continue;
    expect(output).not.toHaveProperty('data');
    binary.push(output.name);
    const values = new Uint8Array(bytes.subarray(end, (end += size))).buffer;
    const numbers = output.datatype === 'FP32' ? new Float32Array(values) : new Int32Array(values);
    Object.assign(output, { data: [...numbers] });
  }
  expect(end).toBe(bytes.length);
  return { json, outputs: { ...(json as unknown as Inferred), binary } };
}

/** An input as bytes, or as JSON. */
export interface Input {
  readonly name: string;
  readonly shape: readonly number[];
  readonly datatype: string;
  readonly values: ArrayBufferView;
}

/** The body and head of a request whose inputs are bytes behind the JSON. */
export function binaryRequest(inputs: readonly Input[], more: object = {}): RequestOptions {
  const described = inputs.map(({ values, ...rest }) => ({
    ...rest,
    parameters: { binary_data_size: values.byteLength },
  }));
  const json = Buffer.from(JSON.stringify({ ...more, inputs: described }));
  const parts = inputs.map(({ values }) => bytesOf(values));
  return {
    body: Buffer.concat([json, ...parts]),
    headers: {
      'Content-Type': 'application/octet-stream',
      'Inference-Header-Content-Length': String(json.length),
    },
  };
}

export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** The names of a model's inputs or outputs. (A sequential model knows its `inputNames` once it has computed.) */
export function namesOf(tensors: readonly tf.SymbolicTensor[]): string[] {
  return tensors.map(({ sourceLayer }) => sourceLayer.name);
}
