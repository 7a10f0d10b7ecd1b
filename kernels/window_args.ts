/**
 * The arguments of a convolution's windows, in the order in which they lie in memory: a block of 32-bit words. Both compilers
 * read this file, as they read mat_mul_args.ts. The quantized image has int8 channels, with its padding of zeros around it; an
 * address or a distance is in bytes.
 */
export enum WindowArg {
  /** The quantized image: its first byte is one of the padding, if there is any. */
  image,
  /** How many windows are beside one another. */
  columns,
  /** The distance from a window to the one beside it. */
  columnStep,
  /** The distance from a window to the one below it. */
  rowStep,
  /** How many lines of the image a window has, and the distance from one to the next. */
  lines,
  lineStep,
  /** How many runs of neighbouring bytes a line of a window has, the distance from one to the next, and their bytes. */
  runs,
  runStep,
  runBytes,
  /** The scale of the image, float32: NaN if the image has NaN or infinity. */
  scale,
}
