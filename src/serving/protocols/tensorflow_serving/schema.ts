import type { Signature, TensorSpec } from '../../model/signature';
import type { Schema } from '../check_json';
import { INT32_RANGE, MAX_FLOAT32, NON_FINITE } from '../json_numbers';

const NUMBERS: Record<TensorSpec['dtype'], Schema> = {
  float32: {
    anyOf: [{ type: 'number', minimum: -MAX_FLOAT32, maximum: MAX_FLOAT32 }, { enum: NON_FINITE }],
  },
  int32: { type: 'integer', ...INT32_RANGE },
};

/** JSON schema of a body of `:predict`, by the model's inputs. */
export function predictSchema({ inputs }: Signature, maxRows: number): Schema {
  const rows = (items: Schema): Schema => ({
    type: 'array',
    minItems: 1,
    maxItems: maxRows,
    items,
  });
  const byName = (schemaOf: (spec: TensorSpec) => Schema): Schema => ({
    type: 'object',
    properties: Object.fromEntries(inputs.map((spec) => [spec.name, schemaOf(spec)])),
    required: inputs.map(({ name }) => name),
    additionalProperties: false,
  });
  /** The name of a single input may be left out. */
  const nameable = (schemaOf: (spec: TensorSpec) => Schema): Schema =>
    inputs.length > 1
      ? byName(schemaOf)
      : { if: { type: 'object' }, then: byName(schemaOf), else: schemaOf(inputs[0]!) };
  return {
    type: 'object',
    properties: {
      signature_name: { enum: ['', 'serving_default'] },
      instances: rows(nameable(rowSchema)),
      inputs: nameable((spec) => rows(rowSchema(spec))),
    },
    oneOf: [{ required: ['instances'] }, { required: ['inputs'] }],
  };
}

function rowSchema({ dtype, shape, vocabulary }: TensorSpec): Schema {
  const number =
    vocabulary == null ? NUMBERS[dtype] : { type: 'integer', minimum: 0, maximum: vocabulary - 1 };
  return [...shape]
    .reverse()
    .reduce<Schema>(
      (items, size) =>
        size == null
          ? { type: 'array', minItems: 1, items }
          : { type: 'array', minItems: size, maxItems: size, items },
      number,
    );
}
