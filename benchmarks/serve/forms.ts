import type { Question } from './load';

/** A way to send a row. Each gets its outputs as JSON, so that the client reads all alike. */
export interface Form {
  readonly name: string;
  /** Where to send it. */
  readonly pathOf: (model: string) => string;
  /** @param input the name of the model's input. */
  readonly question: (row: readonly number[], input: string) => Question;
  readonly outputs: (answer: string) => readonly number[];
}

const json = { 'content-type': 'application/json' };

/** What the other forms are compared with. */
export const JSON_ROWS: Form = {
  name: 'TensorFlow Serving, JSON',
  pathOf: (model) => `/v1/models/${model}:predict`,
  question: (row) => ({ headers: json, body: JSON.stringify({ instances: [row] }) }),
  outputs: (answer) => (JSON.parse(answer) as { predictions: number[][] }).predictions[0],
};

const openInference = {
  pathOf: (model: string) => `/v2/models/${model}/infer`,
  outputs: (answer: string) =>
    (JSON.parse(answer) as { outputs: [{ data: number[] }] }).outputs[0].data,
};

const described = (row: readonly number[], input: string) => ({
  ...{ name: input, shape: [1, row.length], datatype: 'FP32' },
});

export const FORMS: readonly Form[] = [
  JSON_ROWS,
  {
    ...openInference,
    name: 'Open Inference, JSON',
    question: (row, input) => ({
      headers: json,
      body: JSON.stringify({ inputs: [{ ...described(row, input), data: row }] }),
    }),
  },
  {
    ...openInference,
    name: 'Open Inference, bytes',
    question: (row, input) => {
      const values = Buffer.from(new Float32Array(row).buffer);
      const parameters = { binary_data_size: values.length };
      const head = Buffer.from(
        JSON.stringify({ inputs: [{ ...described(row, input), parameters }] }),
      );
      return {
        headers: {
          'content-type': 'application/octet-stream',
          'inference-header-content-length': String(head.length),
        },
        body: Buffer.concat([head, values]),
      };
    },
  },
];
