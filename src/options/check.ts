/** What a value must be: the words for an error, and the test. */
export interface Check {
  /** Completes "must be ...". */
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

export function oneOf(values: readonly string[]): Check {
  const quoted = values.map((value) => `'${value}'`);
  const last = quoted.pop()!;
  return {
    expected: quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`,
    holds: (value) => typeof value === 'string' && values.includes(value),
  };
}

export function integerFrom(lowest: number): Check {
  return {
    expected: `an integer of at least ${lowest}`,
    holds: (value) => Number.isSafeInteger(value) && (value as number) >= lowest,
  };
}

export function integerBetween(lowest: number, highest: number): Check {
  return {
    expected: `an integer from ${lowest} to ${highest}`,
    holds: (value) =>
      Number.isSafeInteger(value) && (value as number) >= lowest && (value as number) <= highest,
  };
}

export const anyInteger: Check = {
  expected: 'an integer',
  holds: Number.isSafeInteger,
};

export const positiveInteger: Check = {
  expected: 'a positive integer',
  holds: (value) => Number.isSafeInteger(value) && (value as number) > 0,
};

export const positiveNumber: Check = {
  expected: 'a positive finite number',
  holds: (value) => isFiniteNumber(value) && value > 0,
};

export const anyNumber: Check = {
  expected: 'a finite number',
  holds: isFiniteNumber,
};

export function numberFrom(lowest: number): Check {
  return {
    expected: `a finite number of at least ${lowest}`,
    holds: (value) => isFiniteNumber(value) && value >= lowest,
  };
}

export const share: Check = {
  expected: 'a number from 0 to 1',
  holds: (value) => isFiniteNumber(value) && value >= 0 && value <= 1,
};

export const anyBoolean: Check = {
  expected: 'true or false',
  holds: (value) => typeof value === 'boolean',
};

export const anyFunction: Check = {
  expected: 'a function',
  holds: (value) => typeof value === 'function',
};

export const nonEmptyString: Check = {
  expected: 'a non-empty string',
  holds: (value) => typeof value === 'string' && value !== '',
};

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
