const HEXADECIMAL = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Bytes as text that PostgreSQL reads as bits, the most significant of each byte first. */
export function bitText(bytes: Uint8Array): string {
  let text = 'x';
  for (const byte of bytes) text += HEXADECIMAL[byte]!;
  return text;
}

/** The rows of [count, bytes] as such text. */
export function bitTexts(rows: Uint8Array, bytes: number): string[] {
  return Array.from({ length: rows.length / bytes }, (_, row) =>
    bitText(rows.subarray(row * bytes, (row + 1) * bytes)),
  );
}
