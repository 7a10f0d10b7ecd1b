import {
  engine,
  KernelBackend,
  type BackendValues,
  type DataId,
  type DataType,
} from '@tensorflow/tfjs-core';

/*
 * Relies on how tfjs moves tensors between backends. `engine().moveData` reads the values of a tensor, has its backend
 * dispose of them, and gives them to another one. A backend that is asked for a tensor which it does not have moves it
 * to itself in this way; and the disposal of a tensor reaches the backend that has it.
 */

/** Values that lie outside of tfjs. */
export interface OutsideValues {
  /** A copy of them. */
  read(): Int32Array;
  free(): void;
}

interface Held<Values> {
  readonly values: Values;
  refCount: number;
}

/** A backend that nothing computes on: it has tensors whose values lie outside of tfjs. */
export class OutsideTensors<Values extends OutsideValues> extends KernelBackend {
  private readonly held = new WeakMap<DataId, Held<Values>>();
  private taken: Values | undefined;

  /** Where the values of a tensor lie; undefined if a backend of tfjs has them. */
  valuesOf(dataId: DataId): Values | undefined {
    return this.held.get(dataId)?.values;
  }

  /** Takes a tensor from its backend, which frees its copy of these values. */
  take(dataId: DataId, values: Values): void {
    this.taken = values;
    try {
      engine().moveData(this, dataId);
    } finally {
      this.taken = undefined;
    }
  }

  override move(
    dataId: DataId,
    _copy: BackendValues,
    _shape: number[],
    _dtype: DataType,
    refCount: number,
  ): void {
    this.held.set(dataId, { values: this.taken!, refCount });
  }

  override refCount(dataId: DataId): number {
    return this.held.get(dataId)?.refCount ?? 0;
  }

  override readSync(dataId: DataId): BackendValues {
    return this.held.get(dataId)!.values.read();
  }

  override read(dataId: DataId): Promise<BackendValues> {
    return Promise.resolve(this.readSync(dataId));
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const held = this.held.get(dataId);
    if (held == null) return true;
    held.refCount--;
    if (!force && held.refCount > 0) return false;
    this.held.delete(dataId);
    held.values.free();
    return true;
  }
}
