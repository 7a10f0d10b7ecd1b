/** The record that tfjs's backends cpu and tensorflow keep of a tensor. */
export interface TensorRecord {
  /** null if the values are elsewhere: in TensorFlow. */
  values: Float32Array | Int32Array | null;
}

/** Runs `read` whenever the values of a tensor are requested, until tfjs itself puts values in the record. */
export function redirectValues(record: TensorRecord, read: () => Int32Array): void {
  Object.defineProperty(record, 'values', {
    configurable: true,
    enumerable: true,
    get: read,
    set: (values: TensorRecord['values']) => putValues(record, values),
  });
}

/** Puts plain values in a record, for example in place of redirected ones. */
export function putValues(record: TensorRecord, value: TensorRecord['values']): void {
  const plain = { configurable: true, enumerable: true, writable: true, value };
  Object.defineProperty(record, 'values', plain);
}
