/** What tfjs's backends cpu and tensorflow keep of a tensor. */
export interface TensorRecord {
  /** null where the values lie elsewhere: in TensorFlow. */
  values: Float32Array | Int32Array | null;
}

/**
 * Has `read` called whenever the values of a tensor are asked for. Values that tfjs itself puts in the record
 * end that.
 */
export function redirectValues(record: TensorRecord, read: () => Int32Array): void {
  Object.defineProperty(record, 'values', {
    configurable: true,
    enumerable: true,
    get: read,
    set: (values: TensorRecord['values']) => putValues(record, values),
  });
}

/** Puts plain values in a record, in place of redirected ones, say. */
export function putValues(record: TensorRecord, value: TensorRecord['values']): void {
  const plain = { configurable: true, enumerable: true, writable: true, value };
  Object.defineProperty(record, 'values', plain);
}
