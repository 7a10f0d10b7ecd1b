import Ajv, { type ErrorObject } from 'ajv';
import { BadBody } from './bad_body';

export type Schema = Record<string, unknown>;

/** @throws BadBody if a parsed body is not what it must be: where, what was expected and what was there. */
export type CheckJson = (body: unknown) => void;

/** @param whole what is wrong where the error is of no place within the body, if not what the validator says. */
export function compileCheck(schema: Schema, whole?: string): CheckJson {
  // Without `allErrors`, it stops at the first error.
  const validate = new Ajv({ verbose: true }).compile(schema);
  return (body) => {
    // An "anyOf" or "if" reports its parts first: the first report is the innermost one.
    if (!validate(body)) throw new BadBody(complaint(validate.errors![0]!, whole));
  };
}

function complaint(
  { instancePath, params, message, data }: ErrorObject,
  whole: string | undefined,
): string {
  if (instancePath === '') return whole ?? `The body ${message}, got ${brief(data)}`;
  // Names are those of the client.
  const place = shortened(instancePath.slice(1).replaceAll('/', '.'));
  const allowed =
    params['allowedValues'] == null ? '' : ` ${JSON.stringify(params['allowedValues'])}`;
  return `${place} ${message}${allowed}, got ${brief(data)}`;
}

/** Shows no more than the surface of a value, which may be large. */
export function brief(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'number') return String(value); // 1e999 has become Infinity
  const isObject = typeof value === 'object' && value != null;
  const text = isObject
    ? `an object with ${JSON.stringify(Object.keys(value))}`
    : JSON.stringify(value);
  return shortened(text);
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
