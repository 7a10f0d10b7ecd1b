import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Images of 28x28 and their labels as files of MNIST's format; the label is the row of pixels that is bright. */
export function writeImages(
  folder: string,
  part: string,
  examples: number,
  { compress }: { readonly compress: boolean },
): void {
  const labels = Uint8Array.from({ length: examples }, (_, i) => (i * 7) % 10);
  const pixels = Uint8Array.from({ length: examples * 784 }, (_, at) =>
    Math.floor((at % 784) / 28) === labels[Math.floor(at / 784)] ? 255 : 0,
  );
  const write = (name: string, bytes: Buffer) =>
    writeFileSync(join(folder, compress ? `${name}.gz` : name), compress ? gzipSync(bytes) : bytes);
  write(`${part}-images-idx3-ubyte`, idx([examples, 28, 28], pixels));
  write(`${part}-labels-idx1-ubyte`, idx([examples], labels));
}

function idx(dimensions: number[], values: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.writeUInt32BE(0x800 + dimensions.length);
  for (const [i, size] of dimensions.entries()) header.writeUInt32BE(size, 4 + 4 * i);
  return Buffer.concat([header, values]);
}
