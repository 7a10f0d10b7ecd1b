import Ajv, { type ErrorObject } from 'ajv';
import { BadBody } from './rows';
import type { Signature, TensorSpec } from './signature';

type Schema = Record<string, unknown>;

const NON_FINITE = ['NaN', 'Infinity', '-Infinity'];
const MAX_FLOAT32 = 3.4028234663852886e38;

/** JSON has no NaN and no infinity: they are strings, as in proto3. */
const NUMBERS: Record<TensorSpec['dtype'], Schema> = {
  float32: {
    anyOf: [{ type: 'number', minimum: -MAX_FLOAT32, maximum: MAX_FLOAT32 }, { enum: NON_FINITE }],
  },
  int32: { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
};

/** @throws BadBody if a parsed body is not what the model takes: where, what was expected and what was there. */
export type CheckBody = (body: unknown) => void;

export function compileSchema(signature: Signature, maxRows: number): CheckBody {
  // Without `allErrors`, it stops at the first error.
  const validate = new Ajv({ verbose: true }).compile(predictSchema(signature, maxRows));
  return (body) => {
    // An "anyOf" or "if" reports its parts first: the first report is the innermost one.
    if (!validate(body)) throw new BadBody(complaint(validate.errors![0]!));
  };
}

function complaint({ instancePath, params, message, data }: ErrorObject): string {
  if (instancePath === '') return 'The body must be an object with either "instances" or "inputs"';
  const place = instancePath.slice(1).replaceAll('/', '.');
  const allowed =
    params['allowedValues'] == null ? '' : ` ${JSON.stringify(params['allowedValues'])}`;
  return `${place} ${message}${allowed}, got ${brief(data)}`;
}

/** Shows no more than the surface of a value, which may be large. */
function brief(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'number') return String(value); // 1e999 has become Infinity
  const isObject = typeof value === 'object' && value != null;
  const text = isObject
    ? `an object with ${JSON.stringify(Object.keys(value))}`
    : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}

/** JSON schema of a body of `:predict`, by the model's inputs. */
function predictSchema({ inputs }: Signature, maxRows: number): Schema {
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
