/** 12,345 */
export function number(value: number): string {
  return value.toLocaleString('en-US');
}

/** 12.3 % */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
