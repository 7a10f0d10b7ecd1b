import type { Answer } from '../../model/predictor';
import type { Rows } from '../../model/rows';
import type { TensorSpec } from '../../model/signature';
import { jsonNumbers } from '../json_numbers';
import { datatypeOf } from './datatypes';

/** An output that a client wants. */
export interface WantedOutput {
  readonly spec: TensorSpec;
  /** Its place among the outputs of the model. */
  readonly place: number;
  /** As bytes behind the JSON, or in it. */
  readonly binary: boolean;
}

/** @param named what an answer names: the model, its version, and the request. */
export function writeAnswer(
  named: object,
  { count, tensors }: Rows,
  wanted: readonly WantedOutput[],
): Answer {
  const parts: Uint8Array[] = [];
  const outputs = wanted.map(({ spec, place, binary }) => {
    const { data, shape } = tensors[place]!;
    const described = { name: spec.name, datatype: datatypeOf(spec), shape: [count, ...shape] };
    if (!binary) return { ...described, data: jsonNumbers(data) };
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return { ...described, parameters: { binary_data_size: data.byteLength } };
  });
  const json = JSON.stringify({ ...named, outputs });
  if (parts.length === 0) return { status: 200, body: json };
  const header = new TextEncoder().encode(json);
  return {
    status: 200,
    body: joined([header, ...parts]),
    headers: {
      'Content-Type': 'application/octet-stream',
      'Inference-Header-Content-Length': String(header.length),
    },
  };
}

/** In memory of its own, which can be handed over to another thread. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}
