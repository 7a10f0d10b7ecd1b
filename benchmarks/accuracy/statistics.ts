export interface Spread {
  readonly mean: number;
  /** Standard deviation of a sample; NaN for a single value. */
  readonly deviation: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/** The mean, and in brackets the deviation if there is more than one value. */
export function spreadText(values: readonly number[], format: (mean: number) => string): string {
  if (values.length === 0) return '';
  const { mean, deviation } = spreadOf(values);
  return values.length > 1 ? `${format(mean)} (${deviation.toFixed(2)})` : format(mean);
}

/** With two digits and a sign, which a value that rounds to 0 has too: +0.00. */
export function signed(value: number): string {
  const text = value.toFixed(2).replace(/^-(0\.00)$/, '$1');
  return text.startsWith('-') ? text : `+${text}`;
}
