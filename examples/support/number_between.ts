import { InvalidArgumentError } from 'commander';

/** Parses an option of commander: a whole number from `min` to `max`. */
export function numberBetween(min: number, max = Infinity): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isInteger(value) && value >= min && value <= max) return value;
    const range = max === Infinity ? `of at least ${min}` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`Expected a whole number ${range}.`);
  };
}
