import type { Signature } from '../../model/signature';
import type { Schema } from '../check_json';

/** The part of an inference request that says what its tensors are. */
export interface InferRequest {
  readonly id?: string;
  readonly parameters?: { readonly binary_data_output?: boolean };
  readonly inputs: readonly RequestInput[];
  readonly outputs?: readonly RequestOutput[];
}

export interface RequestInput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly datatype: string;
  readonly parameters?: { readonly binary_data_size?: number };
  /** What is in the list is not checked yet. */
  readonly data?: readonly unknown[];
}

interface RequestOutput {
  readonly name: string;
  readonly parameters?: { readonly binary_data?: boolean };
}

const SIMPLE = { anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] };

/** Others are ignored: the protocol defines none. */
const parameters = (known: Schema): Schema => ({
  type: 'object',
  properties: known,
  additionalProperties: SIMPLE,
});

/** JSON schema of an inference request, by the names of the model's inputs and outputs. */
export function inferSchema({ inputs, outputs }: Signature): Schema {
  const names = (tensors: Signature['inputs']) => ({ enum: tensors.map(({ name }) => name) });
  const input = {
    type: 'object',
    properties: {
      name: names(inputs),
      shape: { type: 'array', items: { type: 'integer', minimum: 1 } },
      datatype: { type: 'string' },
      parameters: parameters({ binary_data_size: { type: 'integer', minimum: 0 } }),
      data: { type: 'array' },
    },
    required: ['name', 'shape', 'datatype'],
  };
  const output = {
    type: 'object',
    properties: {
      name: names(outputs),
      parameters: parameters({ binary_data: { type: 'boolean' } }),
    },
    required: ['name'],
  };
  return {
    type: 'object',
    properties: {
      id: { type: 'string' },
      parameters: parameters({ binary_data_output: { type: 'boolean' } }),
      inputs: { type: 'array', items: input },
      outputs: { type: 'array', items: output },
    },
    required: ['inputs'],
  };
}
